using Clovisor.Wan.Sla;

namespace Clovisor.Wan.Datapath;

/// <summary>The per-packet side: decides nothing about policy, carries out what the plan and the slots say.</summary>
/// <remarks>Members may be called from any thread; they exclude each other. All but <see cref="IDisposable.Dispose"/> throw
/// <see cref="Clovisor.Bpf.BpfException"/> when the kernel refuses, and then leave what was in force before in force.</remarks>
public interface IWanDatapath : IDisposable
{
    /// <summary>Puts a plan in force, with the links of every slot. Sessions stay; those of a removed association or link lose it.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="slots">
    /// For each association in turn <see cref="DatapathPlan.SlotsPerAssociation"/> bytes, each the position of a link in the plan, or 255 for no link.
    /// </param>
    void Apply(DatapathPlan plan, ReadOnlySpan<byte> slots);

    /// <summary>Opens or closes the gate of one link: from the next packet on nothing is sent into a link that is not usable.</summary>
    /// <remarks>
    /// When a link fails, point the slots elsewhere first and close the gate second: sessions that cannot move are ended only when their
    /// slot names another link that is usable, and wait otherwise.
    /// </remarks>
    /// <param name="link">The position of the link in the plan.</param>
    /// <param name="usable">Whether packets may be sent into it.</param>
    void SetLinkUsable(int link, bool usable);

    /// <summary>Points the slots of one association at links. Sessions that are not pinned move with their slot, without being touched.</summary>
    /// <param name="association">The position of the association in the plan.</param>
    /// <param name="links"><see cref="DatapathPlan.SlotsPerAssociation"/> positions of links, 255 for none.</param>
    void SetSlots(int association, ReadOnlySpan<byte> links);

    /// <summary>Enters a session before its first packet; or classifies one that is there anew.</summary>
    /// <param name="tuple">The session as its packets look on leaving the node, before any translation.</param>
    /// <param name="association">The position of the association in the plan.</param>
    /// <param name="slot">The slot that it falls into, below <see cref="DatapathPlan.SlotsPerAssociation"/>; null for the one that follows from its tuple.
    /// Sessions of one slot take one link.</param>
    /// <returns>The position of the link that its packets will take, or null when its association has none now.</returns>
    int? Admit(in SessionTuple tuple, int association, byte? slot = null);

    /// <summary>Enters a session as <see cref="Admit"/> does, and says whether the session stays on a link that a new one in its place would not take, since its peer knows it by an address of that link.</summary>
    int? Place(in SessionTuple tuple, int association, byte? slot, out bool keeps)
    {
        keeps = false;
        return Admit(in tuple, association, slot);
    }

    /// <summary>Has sessions of an association that are pinned to a link settled on their next packet, as if the link had failed them: by the
    /// association's action for their protocol. Point the slots elsewhere first; where a slot still names the link, its sessions stay,
    /// and so do those whose action is to drain.</summary>
    /// <param name="association">The position of the association in the plan.</param>
    /// <param name="link">The position of the link in the plan.</param>
    /// <returns>How many sessions. Cost is proportional to the size of the map.</returns>
    int Settle(int association, int link);

    /// <summary>Forgets a session: its packets then go as the node's routes say.</summary>
    /// <returns>False when there was no such session.</returns>
    bool Remove(in SessionTuple tuple);

    /// <summary>Forgets a session as <see cref="Remove"/> does, unless that would break it: one that is alive, and that its peer knows by an address of its link, stays.</summary>
    /// <param name="tuple">The session as its packets look on leaving the node, before any translation.</param>
    /// <param name="link">The position of the link that it stays on; null when it does not, or when that link is gone now.</param>
    /// <returns>Whether the session stays, under the association that it has.</returns>
    bool Unclassify(in SessionTuple tuple, out int? link)
    {
        link = null;
        Remove(in tuple);
        return false;
    }

    /// <summary>Whether the kernel holds a session. One look, whatever the size of the map.</summary>
    bool Contains(in SessionTuple tuple)
    {
        SessionTuple wanted = tuple;
        return Sessions().Any(session => session.Tuple == wanted);
    }

    /// <summary>What sessions have told of the links of the plan since this was last called, for those of which they told something.</summary>
    /// <returns>Null when nothing is measured here: it need not be asked again.</returns>
    IReadOnlyList<PassiveSample>? Measure() => null;

    /// <summary>Copies the sessions that the kernel holds. Cost is proportional to the size of the map.</summary>
    IReadOnlyList<WanSession> Sessions();

    /// <summary>The same one by one as they are read, some thousands at a time: memory does not grow with the map. Changes meanwhile may be seen or not.</summary>
    IEnumerable<WanSession> EnumerateSessions() => Sessions();
}
