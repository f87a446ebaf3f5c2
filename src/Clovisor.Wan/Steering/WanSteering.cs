using System.Collections.Immutable;
using Clovisor.Wan.Associations;
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
    private readonly SessionSettler _settler;
    private ImmutableArray<int> _positions = [];

    public WanSteering(WanConfiguration configuration, LinkMonitor monitor, IWanDatapath datapath)
    {
        _configuration = configuration;
        _monitor = monitor;
        _datapath = datapath;
        _selectors = [.. configuration.Associations.Select(association => new LinkSelector(association, configuration.Links))];
        _open = new bool[configuration.Links.Length];
        _slots = new byte[configuration.Associations.Length * Slots];
        _settler = new SessionSettler(datapath);
    }

    /// <summary>The LAN devices that there are, for the next plan.</summary>
    public ImmutableArray<int> LanInterfaces { get; set; } = [];

    /// <summary>The plan in force; null before the first.</summary>
    public DatapathPlan? Plan { get; private set; }

    /// <summary>When <see cref="Follow"/> has something to do even if no link changes; null for never.</summary>
    public TimeSpan? NextWake => _settler.Next;

    /// <summary>Makes the datapath follow: by flipping what changed where that is enough, by a new plan where devices or addresses changed.</summary>
    /// <exception cref="Clovisor.Bpf.BpfException">The kernel refused; what was in force before still is.</exception>
    /// <param name="now">The time.</param>
    public void Follow(TimeSpan now)
    {
        if (Plan is not null)
        {
            Flip(now);
            _settler.Run(Plan, now);
        }

        DatapathPlan wanted = PlanBuilder.Build(_configuration, _monitor.Links, LanInterfaces, out ImmutableArray<int> positions);
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

    /// <summary>The link of each slot of an association, by its position in the configuration, or <see cref="DatapathPlan.NoLink"/>.</summary>
    public ImmutableArray<byte> SlotsOf(int association) =>
        [.. _slots[(association * Slots)..((association + 1) * Slots)].Select(slot => slot == DatapathPlan.NoLink ? slot : (byte)_positions.IndexOf(slot))];

    public LinkSelector.Selection SelectionOf(int association) => _selectors[association].Current;

    /// <summary>The name of a link of the plan.</summary>
    public string NameOf(int planPosition) => Plan!.Links[planPosition].Name;

    private void Flip(TimeSpan now)
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
                NoteLeft(association, inForce, slots, now);
                slots.CopyTo(inForce);
            }
        }

        SetGates(open: false);
    }

    /// <summary>Has the sessions settled that stay behind on links which work, where the association asks for it.</summary>
    private void NoteLeft(int association, ReadOnlySpan<byte> before, ReadOnlySpan<byte> after, TimeSpan now)
    {
        WanAssociation asked = _configuration.Associations[association];
        for (int link = 0; link < _positions.Length; link++)
        {
            int place = _positions[link];
            if (place < 0)
            {
                continue;
            }

            MonitoredLink watched = _monitor.Links[link];
            if (after.Contains((byte)place))
            {
                _settler.Took(association, watched.Link.Name);
            }
            else if (before.Contains((byte)place) && watched.Machine.IsUsable)
            {
                _settler.Left(asked, association, watched.Link.Name, brownout: watched.ExcessOver(asked.Sla) > 0, now);
            }
        }
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
