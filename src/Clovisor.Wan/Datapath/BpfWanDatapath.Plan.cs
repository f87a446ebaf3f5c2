using System.Net;
using Clovisor.Wan.Datapath.Interop;
using Clovisor.Wan.Datapath.Layout;
using Clovisor.Wan.Netlink;

namespace Clovisor.Wan.Datapath;

public sealed partial class BpfWanDatapath
{
    /// <inheritdoc/>
    public void Apply(DatapathPlan plan, ReadOnlySpan<byte> slots)
    {
        PlanRules.Require(plan, slots);
        PlanRules.RequireVisible(plan, _dscpMask);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_ended, this);
            PlanPlacement placement = Place(plan);
            PlanImage next = _image.With(plan, slots, placement);
            int[] wan = [.. plan.Links.Select(link => link.InterfaceIndex)];
            _maps.Homes.Add(wan, plan.LanInterfaces);
            IReadOnlyList<DatapathDevice> added = _devices.Attach(DatapathDevice.Of(wan, plan.LanInterfaces));
            try
            {
                _maps.Write(_image, next);
            }
            catch
            {
                // Written back from what is there, so that what did change is found.
                _maps.Write(_maps.Read(), _image);
                _devices.Detach(added);
                throw;
            }

            _devices.Detach(_devices.Attached.Except(DatapathDevice.Of(wan, plan.LanInterfaces)));
            _maps.Homes.Keep([.. wan, .. plan.LanInterfaces]);
            KeepNeighbours(_image, next);
            _image = next;
            _placement = placement;
            _plan = plan;
            LogApplied(_logger, plan.Links.Length, plan.Associations.Length, plan.Tags.Length + plan.PortTags.Length);
        }
    }

    /// <inheritdoc/>
    public void SetLinkUsable(int link, bool usable)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_ended, this);
            int index = _placement.LinkIndex(link);
            ClvLink next = _image.Links[index];
            next.Flags = usable ? next.Flags | ClvLinkFlag.Usable : next.Flags & ~ClvLinkFlag.Usable;
            _maps.WriteLink(index, in next);
            _image.Links[index] = next;
        }
    }

    /// <inheritdoc/>
    public void SetSlots(int association, ReadOnlySpan<byte> links)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_ended, this);
            int index = _placement.AssociationIndex(association);
            PlanRules.RequireSlots(links, _placement.Links.Length);
            ClvSlotTable next = ClvSlotTable.From(links, _placement.Links);
            _maps.WriteSlots(index, in next);
            _image.Slots[index] = next;
        }
    }

    private PlanPlacement Place(DatapathPlan plan)
    {
        HashSet<int>? borne = null;
        int[] links = PlanPlacement.Place(
            "link",
            [.. plan.Links.Select(link => link.Name)],
            Array.ConvertAll(_image.Links, link => link.Name.ToString()),
            // The generation tells sessions of the link before from those of the next.
            index => true);
        int[] associations = PlanPlacement.Place(
            "association",
            [.. plan.Associations.Select(association => association.Name)],
            // The last place is that of sessions which the far end of a pair opened.
            Array.ConvertAll(_image.Associations[..DatapathPlan.MaxAssociations], association => association.Name.ToString()),
            index =>
            {
                borne ??= BorneAssociations();
                return !borne.Contains(index);
            });
        return new PlanPlacement(links, associations);
    }

    private HashSet<int> BorneAssociations()
    {
        var borne = new AssociationCollector([]);
        _sessions.Walk(ref borne);
        return borne.Associations;
    }

    private void KeepNeighbours(PlanImage from, PlanImage to)
    {
        for (int i = 0; i < to.Links.Length; i++)
        {
            var before = new HashSet<IPAddress>(from.Links[i].Ifindex == to.Links[i].Ifindex ? from.Links[i].NextHops() : []);
            IPAddress[] after = [.. to.Links[i].NextHops()];
            foreach (IPAddress nextHop in from.Links[i].NextHops().Where(nextHop => !before.Contains(nextHop) || !after.Contains(nextHop)))
            {
                _ = NeighbourTable.Release((int)from.Links[i].Ifindex, nextHop);
            }

            foreach (IPAddress nextHop in after)
            {
                int error = NeighbourTable.Keep((int)to.Links[i].Ifindex, nextHop);
                if (error != 0)
                {
                    LogNeighbourFailed(_logger, nextHop, to.Links[i].Name.ToString(), error);
                }
            }
        }
    }

    private readonly struct AssociationCollector(HashSet<int> associations) : SessionMap.IVisitor
    {
        internal HashSet<int> Associations => associations;

        public void Visit(in ClvTuple key, in ClvSession session) => associations.Add(session.Association);
    }
}
