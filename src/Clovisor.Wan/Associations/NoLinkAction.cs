namespace Clovisor.Wan.Associations;

/// <summary>What happens to a session of an association when none of its links qualifies.</summary>
public enum NoLinkAction
{
    /// <summary>The packet takes the way that the node's own routes give it, as if Clovisor were absent. The default.</summary>
    Pass,

    /// <summary>The packet is dropped and counted (MEF 70 R22: a flow whose policy cannot be met must be discarded).</summary>
    Drop,

    /// <summary>The packet's sender is told at once that there is no way, as an unreachable route of the kernel tells it: ICMP host unreachable (3/1), ICMPv6 no
    /// route (1/0). Where no such answer may be sent (about a later fragment, to or about an address of many hosts) the packet is dropped.</summary>
    Unreachable,
}
