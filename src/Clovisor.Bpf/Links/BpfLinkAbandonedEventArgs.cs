namespace Clovisor.Bpf.Links;

/// <summary>Says which link was found unreachable while it was attached.</summary>
/// <param name="linkId">The kernel's number that the link had.</param>
public sealed class BpfLinkAbandonedEventArgs(uint linkId) : EventArgs
{
    /// <summary>The kernel's number that the link had.</summary>
    public uint LinkId { get; } = linkId;
}
