using System.Collections.Immutable;
using Clovisor.Wan.Configuration;
using Clovisor.Wan.Datapath;
using Clovisor.Wan.Links;
using Clovisor.Wan.Selection;

namespace Clovisor.Wan.Steering;

/// <summary>Keeps the datapath in step with the states of the links of one configuration. For one thread.</summary>
/// <remarks>
/// On a change of link state no plan is made anew: gates of links that came are opened, then slots are pointed, then gates of links
/// that went are closed. In that order no slot ever points at a closed gate while another link qualifies, so that a session that is
/// reset because its link went finds its new link when it connects again.
/// </remarks>
internal sealed class WanSteering
{
    private const int Slots = DatapathPlan.SlotsPerAssociation;

    private readonly WanConfiguration _configuration;
    private readonly LinkMonitor _monitor;
    private readonly IWanDatapath _datapath;
    private readonly ImmutableArray<LinkSelector> _selectors;
    private readonly bool[] _open;
    private readonly byte[] _slots;
    private ImmutableArray<int> _positions = [];

    public WanSteering(WanConfiguration configuration, LinkMonitor monitor, IWanDatapath datapath)
    {
        _configuration = configuration;
        _monitor = monitor;
        _datapath = datapath;
        _selectors = [.. configuration.Associations.Select(association => new LinkSelector(association, configuration.Links))];
        _open = new bool[configuration.Links.Length];
        _slots = new byte[configuration.Associations.Length * Slots];
    }

    /// <summary>The plan in force; null before the first.</summary>
    public DatapathPlan? Plan { get; private set; }

    /// <summary>Makes the datapath follow: by flipping what changed where that is enough, by a new plan where devices or addresses changed.</summary>
    /// <exception cref="Clovisor.Bpf.BpfException">The kernel refused; what was in force before still is.</exception>
    public void Follow()
    {
        if (Plan is not null)
        {
            Flip();
        }

        DatapathPlan wanted = PlanBuilder.Build(_configuration, _monitor.Links, out ImmutableArray<int> positions);
        if (Plan is not null && PlanBuilder.SameButForGates(Plan, wanted))
        {
            return;
        }

        byte[] slots = new byte[_slots.Length];
        for (int association = 0; association < _selectors.Length; association++)
        {
            Select(association, positions, slots.AsSpan(association * Slots, Slots));
        }

        _datapath.Apply(wanted, slots);
        slots.CopyTo(_slots, 0);
        _positions = positions;
        Plan = wanted;
        for (int link = 0; link < _open.Length; link++)
        {
            _open[link] = positions[link] >= 0 && _monitor.Links[link].Machine.IsUsable;
        }
    }

    /// <summary>Which links an association takes now: the position of each in the configuration, and its slots.</summary>
    public IEnumerable<(int Link, int Slots)> Shares(int association)
    {
        byte[] slots = _slots[(association * Slots)..((association + 1) * Slots)];
        return slots.Where(static slot => slot != DatapathPlan.NoLink)
            .GroupBy(slot => _positions.IndexOf(slot))
            .Select(static group => (group.Key, group.Count()));
    }

    public LinkSelector.Selection SelectionOf(int association) => _selectors[association].Current;

    /// <summary>The name of a link of the plan.</summary>
    public string NameOf(int planPosition) => Plan!.Links[planPosition].Name;

    private void Flip()
    {
        SetGates(open: true);
        Span<byte> slots = stackalloc byte[Slots];
        for (int association = 0; association < _selectors.Length; association++)
        {
            Span<byte> inForce = _slots.AsSpan(association * Slots, Slots);
            Select(association, _positions, slots);
            if (!slots.SequenceEqual(inForce))
            {
                _datapath.SetSlots(association, slots);
                slots.CopyTo(inForce);
            }
        }

        SetGates(open: false);
    }

    private void SetGates(bool open)
    {
        for (int link = 0; link < _open.Length; link++)
        {
            if (_positions[link] >= 0 && _open[link] != open && _monitor.Links[link].Machine.IsUsable == open)
            {
                _datapath.SetLinkUsable(_positions[link], open);
                _open[link] = open;
            }
        }
    }

    private void Select(int association, ImmutableArray<int> positions, Span<byte> slots)
    {
        Span<LinkView> views = stackalloc LinkView[positions.Length];
        for (int link = 0; link < views.Length; link++)
        {
            MonitoredLink watched = _monitor.Links[link];
            views[link] = new LinkView(
                positions[link] >= 0 && watched.Machine.IsUsable, watched.ExcessOver(_configuration.Associations[association].Sla));
        }

        _selectors[association].Select(views, slots);
        foreach (ref byte slot in slots)
        {
            slot = slot == DatapathPlan.NoLink ? slot : (byte)positions[slot];
        }
    }
}
