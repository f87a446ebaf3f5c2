namespace Clovisor.Istio.Re2;

/// <summary>Turns a parsed expression into instructions, from its end to its beginning.</summary>
internal sealed class Re2Compiler
{
    private readonly bool _marks;
    private readonly List<Re2Instruction> _code = [];
    private readonly Dictionary<ByteSet, int> _sets = [];
    private readonly List<ByteSet> _order = [];

    private Re2Compiler(bool marks) => _marks = marks;

    /// <summary>For asking whether a whole text matches.</summary>
    /// <exception cref="FormatException">The expression has more instructions than RE2 has room for; never leaves this namespace.</exception>
    public static Re2Program Compile(Re2Node expression)
    {
        var compiler = new Re2Compiler(marks: false);
        return compiler.Finish(compiler.Emit(expression, compiler.Add(new Re2Instruction(Re2Operation.Match, 0, 0))));
    }

    /// <summary>For asking where the expression and its groups lie.</summary>
    /// <inheritdoc cref="Compile"/>
    public static Re2Program CompileWithGroups(Re2Node expression)
    {
        var compiler = new Re2Compiler(marks: true);
        return compiler.Finish(compiler.Emit(new Re2Group(expression, 0), compiler.Add(new Re2Instruction(Re2Operation.Match, 0, 0))));
    }

    private int Emit(Re2Node node, int next)
    {
        switch (node)
        {
            case Re2Byte one:
                return Add(new Re2Instruction(Re2Operation.Set, next, NumberOf(one.Set)));
            case Re2Assertion assertion:
                return Add(new Re2Instruction(Re2Operation.Assert, next, (int)assertion.Place));
            case Re2Group group when _marks:
                int end = Add(new Re2Instruction(Re2Operation.Mark, next, (group.Number * 2) + 1));
                return Add(new Re2Instruction(Re2Operation.Mark, Emit(group.Item, end), group.Number * 2));
            case Re2Group group:
                return Emit(group.Item, next);
            case Re2Repeat repeat:
                return Emit(repeat, next);
            case Re2Choice choice:
                int entry = Emit(choice.Items[^1], next);
                for (int i = choice.Items.Count - 2; i >= 0; i--)
                {
                    entry = Split(Emit(choice.Items[i], next), entry);
                }

                return entry;
            case Re2Sequence sequence:
                for (int i = sequence.Items.Count - 1; i >= 0; i--)
                {
                    next = Emit(sequence.Items[i], next);
                }

                return next;
            default:
                throw new InvalidOperationException($"An expression has a part of type {node.GetType().Name}, which has no instructions.");
        }
    }

    private int Emit(Re2Repeat repeat, int next)
    {
        int entry = next;
        int copies = repeat.Minimum;
        if (repeat.Maximum < 0)
        {
            int loop = Split(next, next);
            int body = Emit(repeat.Item, loop);
            SetSplit(loop, body, next, repeat.Lazy);
            copies = Math.Max(0, repeat.Minimum - 1);
            entry = body;
            if (repeat.Minimum == 0)
            {
                // What can be empty is tried once before the loop is: else a round of nothing would end it, where going on is preferred.
                entry = CanBeEmpty(repeat.Item) ? Either(body, next, repeat.Lazy) : loop;
            }
        }

        for (int i = repeat.Minimum; i < repeat.Maximum; i++)
        {
            entry = Either(Emit(repeat.Item, entry), next, repeat.Lazy);
        }

        for (int i = 0; i < copies; i++)
        {
            entry = Emit(repeat.Item, entry);
        }

        return entry;
    }

    private static bool CanBeEmpty(Re2Node node) => node switch
    {
        Re2Byte => false,
        Re2Assertion => true,
        Re2Group group => CanBeEmpty(group.Item),
        Re2Repeat repeat => repeat.Minimum == 0 || CanBeEmpty(repeat.Item),
        Re2Choice choice => choice.Items.Any(CanBeEmpty),
        Re2Sequence sequence => sequence.Items.All(CanBeEmpty),
        _ => true,
    };

    private int Either(int more, int enough, bool lazy) => lazy ? Split(enough, more) : Split(more, enough);

    private void SetSplit(int index, int more, int enough, bool lazy) =>
        _code[index] = lazy ? new Re2Instruction(Re2Operation.Split, enough, more) : new Re2Instruction(Re2Operation.Split, more, enough);

    private int Split(int first, int second) => Add(new Re2Instruction(Re2Operation.Split, first, second));

    private int Add(Re2Instruction instruction)
    {
        if (_code.Count == Re2Program.MaximumLength)
        {
            throw new FormatException($"too large: it needs more than {Re2Program.MaximumLength} instructions");
        }

        _code.Add(instruction);
        return _code.Count - 1;
    }

    private int NumberOf(ByteSet set)
    {
        if (!_sets.TryGetValue(set, out int number))
        {
            _sets.Add(set, number = _order.Count);
            _order.Add(set);
        }

        return number;
    }

    private Re2Program Finish(int start)
    {
        (byte[] classes, int count) = Classes();
        var bits = new ulong[_order.Count * 4];
        for (int set = 0; set < _order.Count; set++)
        {
            for (int value = 0; value < 256; value++)
            {
                if (_order[set].Contains(value))
                {
                    bits[(set * 4) + (classes[value] >> 6)] |= 1UL << (classes[value] & 63);
                }
            }
        }

        Re2Instruction[] code = [.. _code];
        foreach (ref Re2Instruction instruction in code.AsSpan())
        {
            if (instruction.Operation == Re2Operation.Set && _order[instruction.Argument].Single is >= 0 and int value)
            {
                instruction = new Re2Instruction(Re2Operation.Class, instruction.Next, classes[value]);
            }
        }

        return new Re2Program(code, start, classes, count, bits);
    }

    // Each set that is not yet a union of classes splits those that it cuts.
    private (byte[] Classes, int Count) Classes()
    {
        var classes = new byte[256];
        int count = 1;
        bool places = _code.Any(static i => i.Operation == Re2Operation.Assert);
        IEnumerable<ByteSet> sets = places ? _order.Append(NamedClasses.Perl('w')!).Append(new ByteSet().Add('\n', '\n')) : _order;
        Span<int> split = stackalloc int[256];
        Span<bool> outside = stackalloc bool[256];
        foreach (ByteSet set in sets)
        {
            if (count == 256)
            {
                break;
            }

            // First: which classes have bytes outside the set, and which inside; a class with both gives up those inside.
            outside.Clear();
            for (int value = 0; value < 256; value++)
            {
                outside[classes[value]] |= !set.Contains(value);
            }

            split.Fill(-1);
            for (int value = 0; value < 256; value++)
            {
                int old = classes[value];
                if (set.Contains(value) && outside[old])
                {
                    split[old] = split[old] < 0 ? count++ : split[old];
                    classes[value] = (byte)split[old];
                }
            }
        }

        return (classes, count);
    }
}
