using Clovisor.Wan.Datapath;
using Clovisor.Wan.Datapath.Layout;

namespace Clovisor.Wan.Model.Rules;

/// <summary>Which program.</summary>
internal enum Hook
{
    /// <summary>Leaving by a WAN device.</summary>
    Egress,

    /// <summary>Arriving by one.</summary>
    Ingress,

    /// <summary>Arriving by a LAN device.</summary>
    Lan,
}

/// <summary>A frame at a program.</summary>
/// <param name="Hook">The program.</param>
/// <param name="Device">The index of the device.</param>
/// <param name="Frame">From the Ethernet header on; of a device without hardware addresses, from the IP header on.</param>
/// <param name="Segments">How many segments it stands for; 0 for a packet of its own.</param>
/// <param name="Claimed">Whether the program of another device sent it here.</param>
/// <param name="Summed">Whether the device summed it (CHECKSUM_COMPLETE), so that the kernel checks what is left of that sum.</param>
/// <param name="L3">Whether the device has no hardware addresses.</param>
internal sealed record Arrival(
    Hook Hook, uint Device, byte[] Frame, uint Segments = 0, bool Claimed = false, bool Summed = false, bool L3 = false);

/// <summary>Where a frame is sent.</summary>
/// <param name="Device">The index of the device.</param>
/// <param name="Arrives">Whether it seems to arrive there, in place of leaving by it.</param>
/// <param name="NextHop">To whom on the device; null where that is no question, or routing is asked.</param>
/// <param name="ByRoute">Whether the node's own routes say to whom.</param>
internal readonly record struct Redirection(uint Device, bool Arrives, System.Net.IPAddress? NextHop, bool ByRoute = false);

/// <summary>What becomes of a frame.</summary>
/// <param name="Code">The verdict as the kernel has it.</param>
/// <param name="Reason">What is counted.</param>
/// <param name="Frame">What the frame is now.</param>
/// <param name="Changes">What is written.</param>
internal sealed record Outcome(int Code, DatapathReason Reason, byte[] Frame, Changes Changes)
{
    internal const int Next = -1;
    internal const int Shot = 2;
    internal const int Redirect = 7;

    /// <summary>Where it goes with <see cref="Redirect"/>.</summary>
    internal Redirection? To { get; init; }

    /// <summary>Whether it is marked, so that the program of the next device lets it pass.</summary>
    internal bool Claims { get; init; }

    /// <summary>The session's link, as an index; null for none.</summary>
    internal int? Link { get; init; }

    /// <summary>Whether a number was to be drawn by chance, and whether the one that was drawn may be.</summary>
    internal string? DrawFault { get; init; }
}
