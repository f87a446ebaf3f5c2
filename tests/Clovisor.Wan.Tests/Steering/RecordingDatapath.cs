using Clovisor.Bpf;
using Clovisor.Wan.Datapath;
using Clovisor.Wan.Sla;

namespace Clovisor.Wan.Tests.Steering;

/// <summary>A datapath that writes down what it is told, and refuses when it is told to.</summary>
internal sealed class RecordingDatapath : IWanDatapath
{
    private readonly Lock _gate = new();
    private readonly List<string> _calls = [];

    public DatapathPlan? Plan { get; private set; }

    public byte[] Slots { get; private set; } = [];

    public bool[] Usable { get; private set; } = [];

    public bool Refuses { get; set; }

    /// <summary>What sessions tell each time that it is asked for; null when nothing measures.</summary>
    public Func<IReadOnlyList<PassiveSample>>? Measures { get; set; }

    /// <summary>How often it was asked for.</summary>
    public int Measured { get; private set; }

    public IReadOnlyList<PassiveSample>? Measure()
    {
        Measured++;
        return Measures?.Invoke();
    }

    /// <summary>What was called since this was last asked.</summary>
    public string[] Calls
    {
        get
        {
            lock (_gate)
            {
                string[] calls = [.. _calls];
                _calls.Clear();
                return calls;
            }
        }
    }

    public event Action<string>? Called;

    /// <summary>The links of an association's slots, by name; "-" for none.</summary>
    public string LinksOf(int association) => string.Join(
        '+',
        Slots.Skip(association * 64).Take(64).Distinct().Select(slot => slot == DatapathPlan.NoLink ? "-" : Plan!.Links[slot].Name).Order());

    public void Apply(DatapathPlan plan, ReadOnlySpan<byte> slots)
    {
        if (Refuses)
        {
            throw new BpfException("attach", "the device", 19);
        }

        Plan = plan;
        Slots = slots.ToArray();
        Usable = [.. plan.Links.Select(static link => link.Usable)];
        Assert.All(Slots, slot => Assert.True(slot == DatapathPlan.NoLink || plan.Links[slot].Usable));
        Write($"apply {string.Join(',', plan.Links.Select(static link => $"{link.Name}{(link.Usable ? "" : "(shut)")}"))}");
    }

    public void SetLinkUsable(int link, bool usable)
    {
        Usable[link] = usable;

        // The order that is promised: no slot points at a gate that is shut.
        Assert.DoesNotContain(Slots, slot => slot != DatapathPlan.NoLink && !Usable[slot]);
        Write($"{(usable ? "open" : "shut")} {Plan!.Links[link].Name}");
    }

    public void SetSlots(int association, ReadOnlySpan<byte> links)
    {
        links.CopyTo(Slots.AsSpan(association * 64));
        Assert.DoesNotContain(Slots, slot => slot != DatapathPlan.NoLink && !Usable[slot]);
        Write($"point {Plan!.Associations[association].Name} at {LinksOf(association)}");
    }

    public int? Admit(in SessionTuple tuple, int association, byte? slot = null)
    {
        byte place = Slots[(association * 64) + (slot ?? 0)];
        return place == DatapathPlan.NoLink ? null : place;
    }

    public int Settle(int association, int link)
    {
        Assert.DoesNotContain((byte)link, Slots.Skip(association * 64).Take(64));
        Write($"settle {Plan!.Associations[association].Name} on {Plan.Links[link].Name}");
        return 0;
    }

    public bool Remove(in SessionTuple tuple) => false;

    public IReadOnlyList<WanSession> Sessions() => [];

    public void Dispose()
    {
    }

    private void Write(string call)
    {
        lock (_gate)
        {
            _calls.Add(call);
        }

        Called?.Invoke(call);
    }
}
