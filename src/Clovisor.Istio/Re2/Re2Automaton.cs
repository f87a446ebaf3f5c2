using System.Buffers;
using System.Runtime.InteropServices;

namespace Clovisor.Istio.Re2;

/// <summary>
/// Runs a program over bytes as a deterministic automaton whose states are made when they are first reached, as RE2 does. What that may take of memory is bounded; beyond it the
/// instructions are followed themselves, several at once. Either way the time is linear in the input. Thread-safe; a state that is there is read without a lock.
/// </summary>
internal sealed class Re2Automaton(Re2Program program)
{
    // An expression of a route has ten to fifty states and as many classes.
    private const int MaximumCells = 16 * 1024;
    private const int MaximumMembers = 4 * 1024;

    // What a cell can hold beside a state, of which the number plus Known is written.
    private const ushort Unknown = 0;
    private const ushort No = 1;
    private const ushort Yes = 2;
    private const ushort Known = 3;

    private readonly Re2Program _program = program;
    private readonly int _width = program.ClassCount + 1;
    private readonly Lock _lock = new();
    private readonly List<State> _states = [];
    private readonly Dictionary<State, ushort> _numbers = [];
    private ushort[] _cells = [];
    private int _members;

    /// <summary>Says whether the whole input matches. Allocates nothing once the states that the input needs are there.</summary>
    public bool IsMatch(ReadOnlySpan<byte> input)
    {
        // A table that has grown is another array. The old one stays as right as it was: it names no state that it has no room for.
        ushort[] cells = Volatile.Read(ref _cells);
        if (cells.Length == 0 && !TryStart(out cells))
        {
            return Follow(new State([_program.Start], _program.BehindStart), input);
        }

        ReadOnlySpan<byte> classes = _program.Classes;
        int state = 0;
        for (int i = 0; i <= input.Length; i++)
        {
            int byteClass = i < input.Length ? classes[input[i]] : _width - 1;
            ushort next = cells[(state * _width) + byteClass];
            if (next == Unknown)
            {
                State left;
                (next, cells, left) = Extend(state, byteClass);
                if (next == Unknown)
                {
                    return Follow(left, input[i..]);
                }
            }

            if (next < Known)
            {
                return next == Yes;
            }

            state = next - Known;
        }

        throw new InvalidOperationException("The end of an input leads to a state, which it cannot.");
    }

    private bool TryStart(out ushort[] cells)
    {
        lock (_lock)
        {
            if (_states.Count == 0)
            {
                NumberOf(new State([_program.Start], _program.BehindStart));
            }

            cells = _cells;
            return cells.Length > 0;
        }
    }

    // Makes the cell that is not there, or gives what the state means where there is no more room.
    private (ushort Next, ushort[] Cells, State Left) Extend(int state, int byteClass)
    {
        lock (_lock)
        {
            State from = _states[state];
            ushort next = _cells[(state * _width) + byteClass];
            if (next == Unknown)
            {
                next = Next(from, byteClass);
                if (next != Unknown)
                {
                    _cells[(state * _width) + byteClass] = next;
                }
            }

            return (next, _cells, from);
        }
    }

    private ushort Next(State from, int byteClass)
    {
        int[] room = ArrayPool<int>.Shared.Rent(_program.Length * 4);
        try
        {
            Re2Threads threads = Room(room, 0);
            Re2Threads reached = Room(room, 1);
            from.AddTo(ref threads);

            bool matched = _program.Step(ref threads, ref reached, _program.PlaceBetween(from.Behind, byteClass), byteClass);
            if (byteClass == _program.ClassCount)
            {
                return matched ? Yes : No;
            }

            return reached.Count == 0 ? No : NumberOf(new State(InstructionsOf(ref reached), _program.Behind(byteClass)));
        }
        finally
        {
            ArrayPool<int>.Shared.Return(room);
        }
    }

    // Splits lead on at once and are not part of a state; the order is of no matter to whether there is a match.
    private int[] InstructionsOf(ref Re2Threads reached)
    {
        var result = new List<int>();
        for (int i = 0; i < reached.Count; i++)
        {
            Re2Instruction instruction = _program[reached[i]];
            if (instruction.Operation == Re2Operation.Split)
            {
                reached.Add(instruction.Next);
                reached.Add(instruction.Argument);
            }
            else
            {
                result.Add(reached[i]);
            }
        }

        result.Sort();
        return [.. result];
    }

    private ushort NumberOf(State state)
    {
        if (_numbers.TryGetValue(state, out ushort number))
        {
            return number;
        }

        int cells = (_states.Count + 1) * _width;
        if (cells > MaximumCells || _members + state.Instructions.Length > MaximumMembers)
        {
            return Unknown;
        }

        if (cells > _cells.Length)
        {
            var grown = new ushort[Math.Min(MaximumCells, Math.Max(cells, Math.Max(4 * _width, _cells.Length * 2)))];
            _cells.CopyTo(grown, 0);
            Volatile.Write(ref _cells, grown);
        }

        number = (ushort)(_states.Count + Known);
        _states.Add(state);
        _numbers.Add(state, number);
        _members += state.Instructions.Length;
        return number;
    }

    private bool Follow(State from, ReadOnlySpan<byte> input)
    {
        int[] room = ArrayPool<int>.Shared.Rent(_program.Length * 4);
        try
        {
            Re2Threads threads = Room(room, 0);
            Re2Threads reached = Room(room, 1);
            from.AddTo(ref threads);

            Re2Place behind = from.Behind;
            foreach (byte value in input)
            {
                int byteClass = _program.Classes[value];
                _program.Step(ref threads, ref reached, _program.PlaceBetween(behind, byteClass), byteClass);
                if (reached.Count == 0)
                {
                    return false;
                }

                behind = _program.Behind(byteClass);
                Re2Threads rested = threads;
                threads = reached;
                reached = rested;
            }

            return _program.Step(ref threads, ref reached, _program.PlaceBetween(behind, _program.ClassCount), _program.ClassCount);
        }
        finally
        {
            ArrayPool<int>.Shared.Return(room);
        }
    }

    private Re2Threads Room(int[] room, int index)
    {
        int length = _program.Length;
        return new Re2Threads(room.AsSpan(index * 2 * length, length), room.AsSpan(((index * 2) + 1) * length, length));
    }

    private sealed record State(int[] Instructions, Re2Place Behind)
    {
        public void AddTo(ref Re2Threads threads)
        {
            foreach (int instruction in Instructions)
            {
                threads.Add(instruction);
            }
        }

        public bool Equals(State? other) => other is not null && Behind == other.Behind && Instructions.AsSpan().SequenceEqual(other.Instructions);

        public override int GetHashCode()
        {
            var hash = default(HashCode);
            hash.Add(Behind);
            hash.AddBytes(MemoryMarshal.AsBytes(Instructions.AsSpan()));
            return hash.ToHashCode();
        }
    }
}
