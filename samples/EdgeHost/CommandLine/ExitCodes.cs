namespace Clovisor.EdgeHost.CommandLine;

/// <summary>What a process ends with that could not do what was asked. Apart from the commands, so that the lab can be used without them.</summary>
internal static class ExitCodes
{
    /// <summary>The machine, or something else outside, did not let it.</summary>
    public const int Failed = 1;

    /// <summary>What was typed is not understood.</summary>
    public const int BadInput = 2;

    /// <summary>A program or a file that it needs is not on this machine.</summary>
    public const int PartMissing = 7;
}
