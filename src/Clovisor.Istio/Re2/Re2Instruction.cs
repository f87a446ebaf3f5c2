namespace Clovisor.Istio.Re2;

/// <summary>What an instruction does.</summary>
internal enum Re2Operation : byte
{
    /// <summary>The expression has matched, if the input ends here.</summary>
    Match,

    /// <summary>Takes a byte of one class.</summary>
    Class,

    /// <summary>Takes a byte whose class is in a set.</summary>
    Set,

    /// <summary>Goes on at both instructions.</summary>
    Split,

    /// <summary>Notes where a group begins or ends. Only where groups are asked for.</summary>
    Mark,

    /// <summary>Goes on if the place is one of those named.</summary>
    Assert,
}

/// <summary>One step of an expression. <paramref name="Argument"/> is the class, the number of the set, the place, the bound to note, or the second instruction of a split.</summary>
internal readonly record struct Re2Instruction(Re2Operation Operation, int Next, int Argument);
