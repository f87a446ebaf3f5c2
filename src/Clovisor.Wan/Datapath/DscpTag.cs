namespace Clovisor.Wan.Datapath;

/// <summary>Says which association packets with a DSCP belong to.</summary>
/// <param name="Dscp">The differentiated services code point, 1 to 63. ECN bits are not part of it.</param>
/// <param name="Association">The position of the association in the plan.</param>
public readonly record struct DscpTag(byte Dscp, int Association);
