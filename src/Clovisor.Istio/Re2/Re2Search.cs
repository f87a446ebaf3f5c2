namespace Clovisor.Istio.Re2;

/// <summary>
/// Finds the first occurrence in a text and where its groups lie: among those that begin first, the one that the expression prefers. All ways through the instructions are followed
/// at once, the preferred ahead, so that the time is linear in the text. For one search at a time.
/// </summary>
/// <remarks>The method is Pike's, as <see href="https://swtch.com/~rsc/regexp/regexp2.html">Russ Cox</see> describes it.</remarks>
internal sealed class Re2Search(Re2Program program, int groups)
{
    private readonly Re2Program _program = program;
    private readonly int _width = 2 * (groups + 1);
    private readonly int[] _members = new int[program.Length * 2];
    private readonly int[] _places = new int[program.Length * 2];
    private readonly Stack<(int Instruction, int Slot, int Value)> _pending = new();
    private int[] _now = new int[program.Length * 2 * (groups + 1)];
    private int[] _next = new int[program.Length * 2 * (groups + 1)];

    /// <summary>Finds the first occurrence at or after a place.</summary>
    /// <param name="text">The bytes to look through.</param>
    /// <param name="from">Where to begin; what stands before it still counts for what borders on it.</param>
    /// <param name="bounds">Receives where each group begins and ends, the whole first; -1 for a group that took no part.</param>
    public bool Find(ReadOnlySpan<byte> text, int from, Span<int> bounds)
    {
        int half = _program.Length;
        var threads = new Re2Threads(_members.AsSpan(0, half), _places.AsSpan(0, half));
        var reached = new Re2Threads(_members.AsSpan(half), _places.AsSpan(half));
        Span<int> first = stackalloc int[20];
        first = _width <= first.Length ? first[.._width] : new int[_width];
        bool found = false;
        for (int at = from; at <= text.Length; at++)
        {
            Re2Place place = PlaceAt(text, at);
            if (!found)
            {
                // What begins here comes after all that has begun before.
                first.Fill(-1);
                Add(ref threads, _now, _program.Start, first, place, at);
            }

            if (threads.Count == 0)
            {
                break;
            }

            reached.Clear();
            int byteClass = at < text.Length ? _program.Classes[text[at]] : _program.ClassCount;
            Re2Place following = at < text.Length ? PlaceAt(text, at + 1) : Re2Place.None;
            for (int i = 0; i < threads.Count; i++)
            {
                Re2Instruction instruction = _program[threads[i]];
                Span<int> taken = BoundsOf(_now, threads[i]);
                if (instruction.Operation == Re2Operation.Match)
                {
                    taken.CopyTo(bounds);
                    found = true;

                    // What comes after is preferred less.
                    break;
                }

                if (_program.Takes(instruction, byteClass))
                {
                    Add(ref reached, _next, instruction.Next, taken, following, at + 1);
                }
            }

            (_now, _next) = (_next, _now);
            Re2Threads rested = threads;
            threads = reached;
            reached = rested;
        }

        return found;
    }

    private Re2Place PlaceAt(ReadOnlySpan<byte> text, int at) =>
        _program.PlaceBetween(at == 0 ? _program.BehindStart : _program.Behind(_program.Classes[text[at - 1]]), at < text.Length ? _program.Classes[text[at]] : _program.ClassCount);

    private Span<int> BoundsOf(int[] all, int instruction) => all.AsSpan(instruction * _width, _width);

    // Goes on to what takes a byte, the preferred way first. A thread's bounds are written where it stops; on the way they are changed and changed back.
    private void Add(ref Re2Threads to, int[] all, int start, scoped Span<int> bounds, Re2Place place, int at)
    {
        const int Restore = -1;
        _pending.Push((start, 0, 0));
        while (_pending.TryPop(out (int Instruction, int Slot, int Value) item))
        {
            if (item.Instruction == Restore)
            {
                bounds[item.Slot] = item.Value;
                continue;
            }

            if (!to.Add(item.Instruction))
            {
                continue;
            }

            Re2Instruction instruction = _program[item.Instruction];
            switch (instruction.Operation)
            {
                case Re2Operation.Split:
                    _pending.Push((instruction.Argument, 0, 0));
                    _pending.Push((instruction.Next, 0, 0));
                    break;
                case Re2Operation.Assert when ((Re2Place)instruction.Argument & place) != 0:
                    _pending.Push((instruction.Next, 0, 0));
                    break;
                case Re2Operation.Assert:
                    break;
                case Re2Operation.Mark:
                    _pending.Push((Restore, instruction.Argument, bounds[instruction.Argument]));
                    _pending.Push((instruction.Next, 0, 0));
                    bounds[instruction.Argument] = at;
                    break;
                default:
                    bounds.CopyTo(BoundsOf(all, item.Instruction));
                    break;
            }
        }
    }
}
