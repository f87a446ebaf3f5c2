namespace Clovisor.Wan.Netlink;

/// <summary>A network device as the kernel last described it.</summary>
internal sealed record NetworkDevice(int Index, string Name, uint Flags, byte OperationalState)
{
    // RFC 2863 states that pass no packets although the lower layer may be up: down, lower layer down, dormant.
    private const byte Down = 2;
    private const byte LowerLayerDown = 3;
    private const byte Dormant = 5;

    public bool IsUp => (Flags & Rtnetlink.IFF_UP) != 0;

    public bool HasCarrier => (Flags & Rtnetlink.IFF_LOWER_UP) != 0 && OperationalState is not (Down or LowerLayerDown or Dormant);

    /// <summary>Whether neighbours have to be resolved before a packet can be sent to them.</summary>
    public bool ResolvesNeighbours => (Flags & Rtnetlink.IFF_NOARP) == 0;
}
