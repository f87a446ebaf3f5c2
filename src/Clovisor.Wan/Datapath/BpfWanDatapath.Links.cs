using Clovisor.Wan.Datapath.Layout;

namespace Clovisor.Wan.Datapath;

/// <content>Which link a session takes, as the programs find it.</content>
public sealed partial class BpfWanDatapath
{
    /// <summary>The position of the link that the session's next packet will take, or null when there is none now.</summary>
    /// <param name="key">The session.</param>
    /// <param name="session">What the kernel has of it.</param>
    /// <param name="keeps">Whether a new session in its place would take another, or none.</param>
    private int? LinkOf(in ClvTuple key, in ClvSession session, out bool keeps)
    {
        ClvBinding binding = session.Binding;
        int slot = _image.Slots[session.Association].LinkAt(session.Slot);
        int next = slot >= 0 && _image.Links[slot].Carries(in key) ? slot : -1;
        int taken = !binding.IsBound || session.State is ClvSessionState.New or ClvSessionState.Closing ? next
            : binding.IsPinned || (!binding.IsPaired && next >= 0 && _image.Links[next].Translates(in key)) ? BoundLinkOf(in key, binding)
            : binding.IsPaired ? PairedLinkOf(in key, binding, next)
            : next;
        keeps = taken >= 0 && taken != next;
        return taken >= 0 ? _placement.LinkPosition(taken) : null;
    }

    /// <summary>The index of the link that the session is bound to, or -1 when that is not what it was.</summary>
    private int BoundLinkOf(in ClvTuple key, ClvBinding binding)
    {
        ClvLink link = _image.Links[binding.LinkIndex];
        return binding.IsTo(in link) && link.Carries(in key) ? binding.LinkIndex : -1;
    }

    /// <summary>The same of a session of a pair: it leaves its link for another of the pair, or for none. One that the far end opened follows it.</summary>
    private int PairedLinkOf(in ClvTuple key, ClvBinding binding, int next)
    {
        bool follows = binding.Port == key.Sport;
        return !follows && next >= 0 && _image.Links[next].IsPaired && _image.Links[next].Pair == _maps.FarEnds.PairOf(in key) ? next : BoundLinkOf(in key, binding);
    }
}
