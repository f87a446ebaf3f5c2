using System.Net;

namespace Clovisor.Wan.Netlink;

/// <summary>Has the kernel keep the next hops of the links resolved, anew after each loss of carrier, which forgets them all. For one thread.</summary>
/// <remarks>The datapath gives entries up again when it gives up their links; it outlives this process, and so do they.</remarks>
internal sealed class NeighbourKeeper
{
    private readonly HashSet<(int Device, IPAddress Address)> _kept = [];

    /// <summary>The errno of the last refusal; 0 when there was none. Kernels before 5.16 refuse; next hops are then resolved by traffic alone.</summary>
    public int LastError { get; private set; }

    /// <summary>Keeps these, and no more those that were asked for before and are not among them.</summary>
    public void Keep(IReadOnlyCollection<(int Device, IPAddress Address)> wanted, NetworkTable table)
    {
        _kept.IntersectWith(wanted);
        foreach ((int Device, IPAddress Address) neighbour in wanted)
        {
            if (_kept.Contains(neighbour) && table.KnowsNeighbour(neighbour.Device, neighbour.Address))
            {
                continue;
            }

            int error = NeighbourTable.Keep(neighbour.Device, neighbour.Address);
            if (error == 0)
            {
                _kept.Add(neighbour);
            }
            else
            {
                LastError = error;
            }
        }
    }
}
