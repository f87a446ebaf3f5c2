using Clovisor.Wan.Datapath.Layout;

namespace Clovisor.Wan.Model.Rules;

/// <summary>Which link, by the tables.</summary>
internal sealed class LinkRules(Tables tables)
{
    internal static ClvAddress Source(in ClvLink link, bool v6) =>
        v6 ? link.SourceV6 : Packets.Bytes.Address(System.Runtime.InteropServices.MemoryMarshal.AsBytes(new ReadOnlySpan<uint>(in link.SourceV4)));

    /// <summary>Whether packets of a family may be sent into a link now.</summary>
    internal bool Carries(int index, bool v6)
    {
        ClvLink link = tables.Links[index];
        return link.Ifindex != 0 && link.Flags.HasFlag(ClvLinkFlag.Usable) && link.Flags.HasFlag(v6 ? ClvLinkFlag.Ipv6 : ClvLinkFlag.Ipv4);
    }

    /// <summary>Whether the link that a session was bound to is the one that it was, and carries it.</summary>
    internal bool IsAlive(ClvBinding binding, bool v6) =>
        IsTo(binding, binding.LinkIndex) && Carries(binding.LinkIndex, v6);

    /// <summary>Whether a link is as it was when a session was bound to it.</summary>
    internal bool IsTo(ClvBinding binding, int index) => !binding.IsLost && (byte)tables.Links[index].Generation == binding.Generation;

    /// <summary>The source address of a session on the wire; null where that was too long ago to be known.</summary>
    internal ClvAddress? WireAddress(in ClvTuple key, ClvBinding binding)
    {
        if (!binding.IsTranslated)
        {
            return key.Saddr;
        }

        ClvSource source = tables.Sources[(binding.LinkIndex * ClvSource.Kept) + (binding.Generation % ClvSource.Kept)];
        bool known = source.Generation != 0 && (byte)source.Generation == binding.Generation;
        return !known ? null : key.IsV4 ? ClvAddress.FromRawV4(source.V4) : source.V6;
    }

    /// <summary>Whether the peer would see another source by this link.</summary>
    internal bool Translates(int index, in ClvAddress source, bool v6)
    {
        ClvLink link = tables.Links[index];
        return link.Flags.HasFlag(ClvLinkFlag.Translated) && !Source(in link, v6).Equals(in source);
    }

    /// <summary>The link that a session's slot names, if it carries the session's family.</summary>
    internal int? OfSlot(in ClvSession session, bool v6)
    {
        int named = session.Association < tables.Slots.Length ? tables.Slots[session.Association].LinkAt(session.Slot) : -1;
        return named >= 0 && named < tables.Links.Length && Carries(named, v6) ? named : null;
    }

    internal int? OfDevice(uint device)
    {
        int index = Array.FindIndex(tables.Links, link => link.Ifindex == device);
        return index < 0 ? null : index;
    }
}
