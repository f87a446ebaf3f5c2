using Clovisor.Wan.Datapath;
using Clovisor.Wan.Datapath.Layout;
using Clovisor.Wan.Model.Generation;
using Clovisor.Wan.Model.Kernel;
using Clovisor.Wan.Model.Rules;

namespace Clovisor.Wan.Model.Comparison;

/// <summary>
/// Does the same to the model's tables and to the kernel's, and says where they differ. After each packet compared are the verdict, the reason, the frame, where it is
/// sent, and every entry that the model says is written; <see cref="CheckWhole"/> compares all entries and counters.
/// </summary>
internal sealed class Trial
{
    private readonly KernelDatapath _kernel;
    private readonly Tables _tables;
    private readonly Tally _tally;
    private readonly ulong[] _counters = new ulong[Tally.Reasons.Length];

    internal Trial(KernelDatapath kernel, Tables tables, string? trustedGroup, Tally tally)
    {
        _kernel = kernel;
        _tables = tables;
        _tally = tally;
        tables.InboundCapacity = kernel.InboundCapacity;
        kernel.Load(tables, trustedGroup);
        ReadCounters(_counters);
    }

    internal string? Do(Step step)
    {
        switch (step)
        {
            case PacketStep packet:
                return Compare(packet.Arrival);
            case LinkStep(int index, ClvLink link):
                _tables.Links[index] = link;
                _tables.Sources[ClvSource.IndexOf(index, link.Generation)] = ClvSource.Of(in link);
                _kernel.WriteLink(index, in link);
                return null;
            case SlotsStep(int index, ClvSlotTable slots):
                _tables.Slots[index] = slots;
                _kernel.WriteSlots(index, in slots);
                return null;
            case ReportStep(ClvTuple key, ClvSession session):
                return Report(in key, in session);
            case LoseStep(ClvTuple key) when _tables.Sessions.TryGetValue(key, out ClvSession session):
                _tables.Sessions[key] = session with { Binding = session.Binding.AsLost() };
                return _kernel.Sessions.TryUpdate(in key, _tables.Sessions[key]) ? null : $"a session is in one table alone: {FrameText.Of(in key)}";
            case LoseStep:
                return null;
            case AgeStep(ClvTuple key) when _tables.Begun.TryGetValue(key, out ClvAnswer begun):
                _tables.Begun[key] = begun with { Tick = (ushort)(KernelDatapath.TickNow - ClvAnswer.BegunTicks - 16) };
                _kernel.ForgetNegative();
                return _kernel.Begun.TryUpdate(in key, _tables.Begun[key]) ? null : $"what began outside is in one table alone: {FrameText.Of(in key)}";
            case AgeStep:
                return null;
            case ForgetStep(ClvTuple key):
                bool was = _tables.Sessions.Remove(key);
                return _kernel.Sessions.Remove(in key) == was ? null : $"a session is in one table alone: {FrameText.Of(in key)}";
            default:
                throw new ArgumentException($"unknown step {step}", nameof(step));
        }
    }

    /// <summary>Compares every entry of the maps that programs write, and all counters.</summary>
    internal string? CheckWhole()
    {
        ulong[] now = new ulong[_counters.Length];
        ReadCounters(now);
        string[] counted = [.. Tally.Reasons.Where((_, i) => now[i] != _counters[i]).Select(static reason => reason.ToString())];
        return counted.Length > 0
            ? $"counted besides: {string.Join(", ", counted)}"
            : EntryComparison.Whole("sessions", _kernel.Sessions, _tables.Sessions)
                ?? EntryComparison.Whole("reverse", _kernel.Reverse, _tables.Reverse)
                ?? EntryComparison.Whole("fragments", _kernel.Fragments, _tables.Fragments)
                ?? EntryComparison.Whole("begun", _kernel.Begun, _tables.Begun)
                ?? EntryComparison.Whole("inbound", _kernel.Inbound, _tables.Inbound)
                ?? EntryComparison.Homes("at the end", _kernel.Homes().Select((home, number) => (number, home, _tables.Homes[number])));
    }

    /// <summary>The reasons that have been counted beside those of the steps; from now on they count as known.</summary>
    internal DatapathReason[] Recount()
    {
        ulong[] before = [.. _counters];
        ReadCounters(_counters);
        return [.. Tally.Reasons.Where((_, i) => _counters[i] != before[i])];
    }

    private string? Report(in ClvTuple key, in ClvSession session)
    {
        if (_tables.Sessions.TryGetValue(key, out ClvSession present))
        {
            // As the table of user space does: one that was ending begins anew, still bound.
            ClvSessionState state = present.State == ClvSessionState.Closing ? ClvSessionState.New : present.State;
            present = present.MovedTo(session.Association, present.Slot, (ushort)(session.Out >> 48)) with { State = state };
            _tables.Sessions[key] = present;
            return _kernel.Sessions.TryUpdate(in key, in present) ? null : $"a session is in one table alone: {FrameText.Of(in key)}";
        }

        if (_tables.Sessions.Count >= _tables.Capacity)
        {
            return null;
        }

        _tables.Sessions[key] = session;
        return _kernel.Sessions.TryAdd(in key, in session) ? null : $"a session is in one table alone: {FrameText.Of(in key)}";
    }

    private string? Compare(Arrival arrival)
    {
        // The kernel forgets the sum of what is cut short, but a test-run compares it all the same.
        bool cut = arrival.Summed && DatapathModel.Decide(_tables, arrival).Reason == DatapathReason.OutUnreachable;
        Observation seen = _kernel.Run(cut ? arrival with { Summed = false } : arrival);
        Outcome wanted = Decide(arrival, seen.Ended);
        string? difference = Difference(arrival, wanted, seen);
        if (difference is not null && seen.Began != seen.Ended)
        {
            // The clock of sessions went on meanwhile: before or after the program looked.
            wanted = Decide(arrival, seen.Began);
            difference = Difference(arrival, wanted, seen);
        }

        _counters[Array.IndexOf(Tally.Reasons, wanted.Reason)]++;
        _tally.Add(wanted);
        _tables.Apply(wanted.Changes);
        return difference;
    }

    private string? Difference(Arrival arrival, Outcome wanted, Observation seen) => Counted(wanted, seen) ?? Verdict(arrival, wanted, seen) ?? Entries(wanted);

    private Outcome Decide(Arrival arrival, ushort tick)
    {
        _tables.Tick = tick;
        Outcome wanted = DatapathModel.Decide(_tables, arrival);
        return wanted.Reason == DatapathReason.OutNoPort && Packets.Packet.Read(arrival.Frame, out Packets.Packet packet, arrival.L3) is null
            ? DecideDrawn(arrival, packet, wanted)
            : wanted;
    }

    // The port is drawn by chance: taken from what the kernel wrote, and the model says whether it may be.
    private Outcome DecideDrawn(Arrival arrival, Packets.Packet packet, Outcome without)
    {
        ClvTuple key = packet.Tuple;
        if (packet.Part == Packets.Part.Later && _tables.Fragments.TryGetValue(packet.FragmentKey, out ClvFragmentPorts ports))
        {
            (key.Sport, key.Dport, key.Protocol) = (ports.Sport, ports.Dport, ports.Protocol);
        }

        bool bound = _kernel.Sessions.TryGetValue(in key, out ClvSession session) && session.Binding.IsBound;
        ClvBinding before = _tables.Sessions.TryGetValue(key, out ClvSession present) ? present.Binding : default;
        return bound && !session.Binding.Equals(before) ? DatapathModel.Decide(_tables, arrival, session.Binding.Port) : without;
    }

    private string? Counted(Outcome wanted, Observation seen) =>
        _kernel.Counter(wanted.Reason) == _counters[Array.IndexOf(Tally.Reasons, wanted.Reason)] + 1
            ? null
            : $"the reason is not {wanted.Reason}{Actual()} (verdict {seen.Code}, wanted {wanted.Code})";

    private string? Verdict(Arrival arrival, Outcome wanted, Observation seen)
    {
        if (seen.SumBroken)
        {
            return $"{wanted.Reason}: the sum of a device does not fit the frame any more";
        }

        if (seen.Code != wanted.Code)
        {
            return $"{wanted.Reason}: the verdict is {seen.Code}, not {wanted.Code}";
        }

        if (wanted.DrawFault is { } fault)
        {
            return fault;
        }

        if (wanted.Code != Outcome.Shot && !seen.Frame.AsSpan().SequenceEqual(wanted.Frame))
        {
            return FrameText.Differences(wanted.Reason.ToString(), wanted.Frame, seen.Frame, arrival.L3);
        }

        if (_kernel.NotesRedirects && seen.Sent != wanted.To)
        {
            return $"{wanted.Reason}: sent to {seen.Sent}, not to {wanted.To}";
        }

        bool claimed = seen.Claim0 == KernelDatapath.Claim0 && seen.Claim1 == KernelDatapath.Claim1;
        return claimed == wanted.Claims ? null : $"{wanted.Reason}: the frame is {(claimed ? string.Empty : "not ")}marked for the next program";
    }

    private string Actual()
    {
        ulong[] now = new ulong[_counters.Length];
        ReadCounters(now);
        int index = Array.FindIndex(Tally.Reasons, reason => now[Array.IndexOf(Tally.Reasons, reason)] > _counters[Array.IndexOf(Tally.Reasons, reason)]);
        return index < 0 ? " and none is counted" : $" but {Tally.Reasons[index]}";
    }

    private string? Entries(Outcome wanted) =>
        EntryComparison.Changed(wanted.Reason, "sessions", _kernel.Sessions, wanted.Changes.Sessions)
            ?? EntryComparison.Changed(wanted.Reason, "reverse", _kernel.Reverse, wanted.Changes.Reverse)
            ?? EntryComparison.Changed(wanted.Reason, "fragments", _kernel.Fragments, wanted.Changes.Fragments)
            ?? EntryComparison.Changed(wanted.Reason, "begun", _kernel.Begun, wanted.Changes.Begun)
            ?? EntryComparison.Changed(wanted.Reason, "inbound", _kernel.Inbound, wanted.Changes.Inbounds)
            ?? EntryComparison.Homes(wanted.Reason.ToString(), wanted.Changes.Homes.Select(home => (home.Key, _kernel.Home(home.Key), home.Value)));

    private void ReadCounters(ulong[] into)
    {
        for (int i = 0; i < into.Length; i++)
        {
            into[i] = _kernel.Counter(Tally.Reasons[i]);
        }
    }
}
