using System.Collections.Concurrent;
using System.Diagnostics;

namespace Clovisor.Bpf.Interop.Handles;

/// <summary>Remembers where each open descriptor was opened, when switched on.</summary>
internal static class DescriptorTrace
{
    internal const string Switch = "Clovisor.Bpf.TraceDescriptors";

    private static readonly ConcurrentDictionary<Opening, byte> Openings = new();
    private static bool s_enabled = AppContext.TryGetSwitch(Switch, out bool on) && on;
    private static long s_count;

    internal static bool IsEnabled
    {
        get => s_enabled;
        set => s_enabled = value;
    }

    /// <summary>Those that nobody has disposed, the oldest first.</summary>
    internal static IReadOnlyList<Opening> Open => [.. Openings.Keys.OrderBy(static opening => opening.Order)];

    internal static Opening Opened(int descriptor)
    {
        var opening = new Opening(descriptor, Interlocked.Increment(ref s_count), new StackTrace(skipFrames: 2, fNeedFileInfo: true));
        Openings[opening] = 0;
        return opening;
    }

    internal static void Closed(Opening opening, bool lost)
    {
        if (lost)
        {
            opening.IsLost = true;
        }
        else
        {
            Openings.TryRemove(opening, out _);
        }
    }

    /// <summary>Lost ones are told once: their numbers are somebody else's by now.</summary>
    internal static void ForgetLost()
    {
        foreach (Opening opening in Openings.Keys.Where(static opening => opening.IsLost))
        {
            Openings.TryRemove(opening, out _);
        }
    }

    internal sealed class Opening(int descriptor, long order, StackTrace stack)
    {
        internal int Descriptor { get; } = descriptor;

        internal long Order { get; } = order;

        internal StackTrace Stack { get; } = stack;

        /// <summary>The garbage collector found it and closed it, since nobody else did.</summary>
        internal bool IsLost { get; set; }
    }
}
