using Clovisor.Wan.Associations;

namespace Clovisor.Wan.Datapath;

/// <summary>Says which association packets from a range of source ports belong to.</summary>
/// <param name="Ports">The source ports, within 1024 to 60999: the ports above are the datapath's own, to translate to.</param>
/// <param name="Association">The position of the association in the plan.</param>
public readonly record struct PortTag(PortRange Ports, int Association);
