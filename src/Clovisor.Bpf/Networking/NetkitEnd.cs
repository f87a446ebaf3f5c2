namespace Clovisor.Bpf.Networking;

/// <summary>The end of a netkit pair whose packets a program sees.</summary>
public enum NetkitEnd
{
    /// <summary>The end that the pair was made with, usually the host's.</summary>
    Primary = 0,

    /// <summary>The other end, usually a container's; managed through the primary.</summary>
    Peer = 1,
}
