namespace Clovisor.Istio.Re2;

/// <summary>
/// An expression as instructions on classes of bytes: bytes that no part of the expression tells apart are one class. Immutable.
/// </summary>
internal sealed class Re2Program
{
    // RE2 has 8 MiB for an expression, two thirds of them for instructions of 16 bytes, and takes a quarter of that.
    public const int MaximumLength = 87_381;

    private readonly Re2Instruction[] _code;
    private readonly byte[] _classes;
    private readonly ulong[] _sets;
    private readonly bool[] _wordClasses;
    private readonly int _newline;

    internal Re2Program(Re2Instruction[] code, int start, byte[] classes, int classCount, ulong[] sets)
    {
        _code = code;
        _classes = classes;
        _sets = sets;
        Start = start;
        ClassCount = classCount;
        _newline = classes['\n'];
        _wordClasses = new bool[classCount];
        for (int c = 0; c < classes.Length; c++)
        {
            _wordClasses[classes[c]] |= c < 0x80 && (char.IsAsciiLetterOrDigit((char)c) || c == '_');
        }

        foreach (Re2Instruction instruction in code)
        {
            Places |= instruction.Operation == Re2Operation.Assert ? (Re2Place)instruction.Argument : Re2Place.None;
        }
    }

    /// <summary>Gets the number of instructions.</summary>
    public int Length => _code.Length;

    /// <summary>Gets the first instruction.</summary>
    public int Start { get; }

    /// <summary>Gets the number of classes. The end of the input counts as one more, with this number.</summary>
    public int ClassCount { get; }

    /// <summary>Gets the class of each byte.</summary>
    public ReadOnlySpan<byte> Classes => _classes;

    /// <summary>Gets the places that the expression asks for.</summary>
    public Re2Place Places { get; }

    public Re2Instruction this[int index] => _code[index];

    /// <summary>Follows the instructions that take a byte of a class, or the end of the input. <paramref name="from"/> grows by what the place itself allows.</summary>
    /// <returns>Whether the expression has matched here, which only counts at the end of the input.</returns>
    public bool Step(ref Re2Threads from, ref Re2Threads to, Re2Place place, int byteClass)
    {
        to.Clear();
        bool matched = false;
        for (int i = 0; i < from.Count; i++)
        {
            Re2Instruction instruction = _code[from[i]];
            switch (instruction.Operation)
            {
                case Re2Operation.Match:
                    matched = true;
                    break;
                case Re2Operation.Split:
                    from.Add(instruction.Next);
                    from.Add(instruction.Argument);
                    break;
                case Re2Operation.Assert when ((Re2Place)instruction.Argument & place) != 0:
                    from.Add(instruction.Next);
                    break;
                case var _ when Takes(instruction, byteClass):
                    to.Add(instruction.Next);
                    break;
            }
        }

        return matched;
    }

    /// <summary>Says whether an instruction takes a byte of a class. None takes the end of the input.</summary>
    public bool Takes(Re2Instruction instruction, int byteClass) => instruction.Operation switch
    {
        Re2Operation.Class => instruction.Argument == byteClass,
        Re2Operation.Set => byteClass < ClassCount && (_sets[(instruction.Argument * 4) + (byteClass >> 6)] >> (byteClass & 63) & 1) != 0,
        _ => false,
    };

    /// <summary>What is true of the place between what came before and a class.</summary>
    /// <param name="before">Of <see cref="Re2Place.TextStart"/>, <see cref="Re2Place.LineStart"/> and <see cref="Re2Place.WordBoundary"/>, which here means a word's byte: what came before.</param>
    /// <param name="byteClass">The class that comes, or the end.</param>
    public Re2Place PlaceBetween(Re2Place before, int byteClass)
    {
        bool end = byteClass == ClassCount;
        bool boundary = (before & Re2Place.WordBoundary) != 0 != (!end && _wordClasses[byteClass]);
        return (before & (Re2Place.TextStart | Re2Place.LineStart))
            | (end ? Re2Place.TextEnd | Re2Place.LineEnd : byteClass == _newline ? Re2Place.LineEnd : Re2Place.None)
            | (boundary ? Re2Place.WordBoundary : Re2Place.NoWordBoundary);
    }

    /// <summary>What a class leaves behind for the place after it, as far as the expression asks.</summary>
    public Re2Place Behind(int byteClass)
    {
        Re2Place behind = byteClass == _newline ? Re2Place.LineStart : _wordClasses[byteClass] ? Re2Place.WordBoundary : Re2Place.None;
        return behind & Asked;
    }

    /// <summary>What is behind the beginning of the input.</summary>
    public Re2Place BehindStart => (Re2Place.TextStart | Re2Place.LineStart) & Asked;

    private Re2Place Asked => (Places & Re2Place.NoWordBoundary) != 0 ? Places | Re2Place.WordBoundary : Places;
}
