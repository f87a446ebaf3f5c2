using Clovisor.Wan.Associations;
using Clovisor.Wan.Datapath.Layout;

namespace Clovisor.Wan.Datapath;

/// <summary>What the maps that hold a plan contain, or shall contain.</summary>
internal sealed class PlanImage
{
    internal PlanImage(ClvLink[] links, ClvAssociation[] associations, ClvSlotTable[] slots, uint[] tags, ClvPortBlock[] ports)
    {
        Links = links;
        Associations = associations;
        Slots = slots;
        Tags = tags;
        Ports = ports;
    }

    internal ClvLink[] Links { get; }

    internal ClvAssociation[] Associations { get; }

    internal ClvSlotTable[] Slots { get; }

    /// <summary>By DSCP: 0 for none, else the association's index and one.</summary>
    internal uint[] Tags { get; }

    /// <summary>By source port, in blocks.</summary>
    internal ClvPortBlock[] Ports { get; }

    /// <summary>The image for a plan in the place of the one that this image holds.</summary>
    internal PlanImage With(DatapathPlan plan, ReadOnlySpan<byte> slots, PlanPlacement placement)
    {
        var next = new PlanImage(
            Array.ConvertAll(Links, link => link.Retired()),
            Array.ConvertAll(Associations, association => association with { InUse = 0 }),
            new ClvSlotTable[Slots.Length],
            new uint[Tags.Length],
            new ClvPortBlock[Ports.Length]);
        for (int i = 0; i < plan.Links.Length; i++)
        {
            int index = placement.LinkIndex(i);
            next.Links[index] = Links[index].Next(plan.Links[i]);
        }

        for (int i = 0; i < plan.Associations.Length; i++)
        {
            int index = placement.AssociationIndex(i);
            ReadOnlySpan<byte> own = slots.Slice(i * DatapathPlan.SlotsPerAssociation, DatapathPlan.SlotsPerAssociation);
            next.Associations[index] = ClvAssociation.From(plan.Associations[i], placement);
            next.Slots[index] = ClvSlotTable.From(own, placement.Links);
        }

        foreach (DscpTag tag in plan.Tags)
        {
            next.Tags[tag.Dscp] = (uint)placement.AssociationIndex(tag.Association) + 1;
        }

        foreach ((PortRange ports, int association) in plan.PortTags)
        {
            int index = placement.AssociationIndex(association);
            for (int port = ports.First; port <= ports.Last; port++)
            {
                next.Ports[port / ClvPortBlock.Ports].Set(port % ClvPortBlock.Ports, index);
            }
        }

        return next;
    }
}
