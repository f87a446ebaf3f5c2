using System.Runtime.InteropServices;

namespace Clovisor.Hosting.Sessions;

/// <summary>The origins of sessions by number, each as long as a session has it. Thread-safe.</summary>
/// <remarks>
/// There are few and sessions are many: with a number in place of two references a session takes twelve bytes less, and the tables of sessions have nothing that a garbage collection has to follow.
/// </remarks>
internal sealed class Origins
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Origin, int> _numbers = [];
    private readonly List<Counted> _origins = [];
    private readonly Stack<int> _free = new();

    /// <summary>How many there are now.</summary>
    internal int Count
    {
        get
        {
            lock (_lock)
            {
                return _numbers.Count;
            }
        }
    }

    /// <summary>The number of an origin, which one session more has.</summary>
    internal int Take(in Origin origin)
    {
        lock (_lock)
        {
            ref int number = ref CollectionsMarshal.GetValueRefOrAddDefault(_numbers, origin, out bool known);
            if (!known && !_free.TryPop(out number))
            {
                number = _origins.Count;
                _origins.Add(default);
            }

            ref Counted counted = ref CollectionsMarshal.AsSpan(_origins)[number];
            counted = new Counted(origin, counted.Sessions + 1);
            return number;
        }
    }

    /// <summary>What a number that a session has stands for.</summary>
    internal Origin Of(int number)
    {
        lock (_lock)
        {
            return _origins[number].Origin;
        }
    }

    /// <summary>A session has it no more; the number is given to another when none has it.</summary>
    internal Origin Release(int number)
    {
        lock (_lock)
        {
            ref Counted counted = ref CollectionsMarshal.AsSpan(_origins)[number];
            Origin origin = counted.Origin;
            counted = new Counted(origin, counted.Sessions - 1);
            if (counted.Sessions == 0)
            {
                counted = default;
                _numbers.Remove(origin);
                _free.Push(number);
            }

            return origin;
        }
    }

    private readonly record struct Counted(Origin Origin, int Sessions);
}
