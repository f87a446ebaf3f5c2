using System.Net;
using Clovisor.Bpf;
using Clovisor.Wan.Configuration;
using Clovisor.Wan.Datapath;
using Clovisor.Wan.Links;
using Clovisor.Wan.Netlink;
using Clovisor.Wan.Probes;
using Clovisor.Wan.Sla;

namespace Clovisor.Wan.Steering;

/// <summary>The engine without threads, sockets and clocks: what happened goes in, the datapath follows. For one thread at a time.</summary>
internal sealed class EngineCore
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MeasureInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    private readonly IWanDatapath _datapath;
    private readonly IProbeSender _sender;
    private readonly TimeSpan _firstPlanBy;
    private TimeSpan? _retryAt;
    private TimeSpan? _measureAt = TimeSpan.Zero;
    private volatile int _version;

    public EngineCore(WanConfiguration configuration, IWanDatapath datapath, IProbeSender sender, NetworkTable table, TimeSpan now)
    {
        _datapath = datapath;
        _sender = sender;
        Table = table;
        Configuration = configuration;
        Monitor = new LinkMonitor(configuration, sender, null, now);
        Steering = new WanSteering(configuration, Monitor, datapath);
        Monitor.LookUp(table, now);
        TimeSpan verdict = Monitor.LongestFirstVerdict;
        _firstPlanBy = now + (verdict < LongestWait ? verdict : LongestWait);
    }

    public NetworkTable Table { get; }

    /// <summary>The LAN devices to look for.</summary>
    public LanDevices Lan { get; init; } = LanDevices.None;

    public WanConfiguration Configuration { get; private set; }

    public LinkMonitor Monitor { get; private set; }

    public WanSteering Steering { get; private set; }

    /// <summary>Why the kernel refused the last change; null when it did not.</summary>
    public string? DatapathError { get; private set; }

    /// <summary>Whether a plan is in force.</summary>
    public bool IsReady => Steering.Plan is not null;

    /// <summary>Odd while positions in the plan may be changing; otherwise the same for as long as they are the same.</summary>
    public int Version => _version;

    /// <summary>When <see cref="Step"/> has something to do even if nothing happens; null for never.</summary>
    public TimeSpan? NextWake => new[] { Monitor.NextWake, Steering.NextWake, _retryAt, IsReady ? _measureAt : null, IsReady ? null : _firstPlanBy }.Min();

    /// <summary>Does what is due and draws the conclusions.</summary>
    /// <remarks>
    /// The first plan waits until each link has its first verdict: a restarted process finds sessions in the kernel that are well,
    /// and must not take their links from under them only because it has not looked yet.
    /// </remarks>
    /// <param name="networkChanged">Whether the table changed.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="BpfException">The kernel refused the very first plan.</exception>
    public IReadOnlyList<LinkTransition> Step(bool networkChanged, TimeSpan now)
    {
        if (networkChanged)
        {
            Monitor.LookUp(Table, now);
        }

        if (IsReady && now >= _measureAt)
        {
            Measure(now);
        }

        bool classesChanged = Monitor.Run(now);
        IReadOnlyList<LinkTransition> transitions = Monitor.Evaluate(now);
        if (!IsReady)
        {
            if (!Monitor.IsProbing || now >= _firstPlanBy)
            {
                Follow(now);
            }
        }
        else if (networkChanged || classesChanged || transitions.Count > 0 || now >= _retryAt || now >= Steering.NextWake)
        {
            TryFollow(now);
        }

        return transitions;
    }

    /// <summary>Puts another configuration in force, or leaves all as it is.</summary>
    public bool TryApply(WanConfiguration configuration, TimeSpan now, out string? error)
    {
        var monitor = new LinkMonitor(configuration, _sender, Monitor, now);
        var steering = new WanSteering(configuration, monitor, _datapath);
        monitor.LookUp(Table, now);
        (WanSteering before, Steering) = (Steering, steering);
        try
        {
            Follow(now);
        }
        catch (Exception refused) when (refused is BpfException or ArgumentException)
        {
            Steering = before;
            error = refused.Message;
            return false;
        }

        (Configuration, Monitor, DatapathError, _retryAt, error) = (configuration, monitor, null, null, null);
        return true;
    }

    /// <summary>The next hops that the kernel is to keep resolved.</summary>
    public IReadOnlyCollection<(int Device, IPAddress Address)> NextHops()
    {
        var hops = new List<(int, IPAddress)>();
        foreach (MonitoredLink link in Monitor.Links)
        {
            if (link.Path is { Index: { } index, Obstacle: null or LinkState.Down } path
                && Table.FindDevice(link.Link.Device) is { ResolvesNeighbours: true })
            {
                hops.AddRange(new[] { path.NextHopV4, path.NextHopV6 }.OfType<IPAddress>().Select(hop => (index, hop)));
            }
        }

        return hops;
    }

    private void Measure(TimeSpan now)
    {
        try
        {
            IReadOnlyList<PassiveSample>? samples = _datapath.Measure();
            _measureAt = samples is null ? null : now + MeasureInterval;
            foreach (PassiveSample sample in samples ?? [])
            {
                Monitor.Observe(in sample, now);
            }
        }
        catch (Exception refused) when (refused is BpfException or ObjectDisposedException)
        {
            // Probes go on without it.
            _measureAt = now + LongestWait;
        }
    }

    private void TryFollow(TimeSpan now)
    {
        try
        {
            Follow(now);
            (DatapathError, _retryAt) = (null, null);
        }
        catch (Exception refused) when (refused is BpfException or ArgumentException)
        {
            (DatapathError, _retryAt) = (refused.Message, now + RetryInterval);
        }
    }

    private void Follow(TimeSpan now)
    {
        _version++;
        try
        {
            Steering.LanInterfaces = Lan.Find(Table, Monitor.Links);
            Steering.Follow(now);
        }
        finally
        {
            _version++;
        }
    }
}
