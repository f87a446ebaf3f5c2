using Clovisor.Bpf.Maps;
using Clovisor.Wan.Datapath.Layout;
using Clovisor.Wan.Netlink;

namespace Clovisor.Wan.Datapath;

/// <summary>The numbers of the devices that sessions can be at home on. For one thread at a time.</summary>
internal sealed class HomeDevices(BpfArrayMap<ClvHome> map) : IDisposable
{
    private int _last;

    /// <summary>Gives devices numbers, before any program runs on them. Those that have one keep it.</summary>
    /// <param name="wan">The devices of links.</param>
    /// <param name="lan">Those of LANs.</param>
    /// <exception cref="InvalidOperationException">There are more devices than numbers.</exception>
    internal void Add(IEnumerable<int> wan, IEnumerable<int> lan)
    {
        ClvHome[] homes = map.ReadAll();
        Add(homes, wan, ClvHomeFlag.None);
        Add(homes, lan, ClvHomeFlag.Lan);
    }

    /// <summary>Takes the numbers of all other devices back.</summary>
    internal void Keep(IReadOnlyCollection<int> interfaceIndices)
    {
        ClvHome[] homes = map.ReadAll();
        for (int number = 1; number < homes.Length; number++)
        {
            if (homes[number].Ifindex != 0 && !interfaceIndices.Contains((int)homes[number].Ifindex))
            {
                map[number] = default;
            }
        }
    }

    public void Dispose() => map.Dispose();

    private void Add(ClvHome[] homes, IEnumerable<int> interfaceIndices, ClvHomeFlag kind)
    {
        foreach (int index in interfaceIndices)
        {
            ClvHomeFlag flags = LinkLayer.IsNone(index) ? kind | ClvHomeFlag.L3 : kind;
            int number = Array.FindIndex(homes, home => home.Ifindex == (uint)index);
            if (number < 0 || homes[number].Flags != flags)
            {
                number = number < 0 ? Free(homes) : number;
                homes[number] = new ClvHome { Ifindex = (uint)index, Flags = flags };
                map[number] = homes[number];
            }
        }
    }

    // In turn, so that sessions which still bear the number of a device that is gone do not soon mean another.
    private int Free(ClvHome[] homes)
    {
        for (int step = 1; step < homes.Length; step++)
        {
            int number = 1 + ((_last + step - 1) % (homes.Length - 1));
            if (homes[number].Ifindex == 0)
            {
                _last = number;
                return number;
            }
        }

        throw new InvalidOperationException($"The datapath has numbers for {homes.Length - 1} devices, and all are taken.");
    }
}
