using Clovisor.Bpf;
using Clovisor.Wan.Datapath.Interop;
using Clovisor.Wan.Datapath.Layout;
using Clovisor.Wan.Netlink;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Clovisor.Wan.Datapath;

/// <summary>The datapath in the kernel: BPF programs at the egress and ingress of the WAN devices, and the maps they share.</summary>
/// <remarks>
/// <para>
/// What it has attached outlives it: when the process ends, by whatever means, packets go on as they were classified, and the next
/// <see cref="Start"/> takes over where it stopped. <see cref="Uninstall()"/> ends that. Foreign programs, filters and queueing
/// disciplines on the devices are not touched.
/// </para>
/// <para>
/// Needs root, or CAP_BPF, CAP_NET_ADMIN and, to mount a BPF file system or adopt pinned links, CAP_SYS_ADMIN. Linux 5.15 with clsact, 6.6
/// for tcx. Devices have Ethernet headers, or none, as tunnels, TUN and WireGuard. Members may be called from any thread of the network namespace that it was started in; they exclude
/// each other.
/// </para>
/// </remarks>
public sealed partial class BpfWanDatapath : IWanDatapath
{
    private const int ReverseSweepEvery = 6;

    private readonly Lock _gate = new();
    private readonly Lock _sweep = new();
    private readonly ILogger _logger;
    private readonly PinDirectory _pins;
    private readonly DatapathMaps _maps;
    private readonly DatapathDevices _devices;
    private readonly DatapathSockets _sockets;
    private readonly SessionTable _sessions;
    private readonly byte _dscpMask;
    private readonly EventClock _eventClock;
    private ITimer? _sweeping;
    private int _sweeps;
    private PlanImage _image;
    private PlanPlacement _placement = PlanPlacement.None;
    private DatapathPlan? _plan;
    private volatile bool _ended;

    private BpfWanDatapath(WanDatapathSettings settings, PinDirectory pins, DatapathMaps maps, DatapathDevices devices, DatapathSockets sockets, ILogger logger)
    {
        _logger = logger;
        _pins = pins;
        _maps = maps;
        _devices = devices;
        _sockets = sockets;
        _dscpMask = settings.DscpMask;
        _eventClock = new EventClock(settings.TimeProvider);
        _sessions = new SessionTable(maps, settings);
        _image = maps.Read();
    }

    internal DatapathMaps Maps => _maps;

    /// <summary>Whether maps were found that a process before had left, and taken over with their sessions.</summary>
    public bool WasAdopted => _maps.WasAdopted;

    /// <summary>The most IPv4 sessions that the kernel holds at a time.</summary>
    public int MaxSessions => (int)_maps.Sessions.V4.Map.MaxEntries;

    /// <summary>The most IPv6 sessions that the kernel holds at a time.</summary>
    public int MaxSessionsV6 => (int)_maps.Sessions.V6.Map.MaxEntries;

    /// <summary>
    /// Loads the programs and makes the maps; or takes over those that are pinned, swapping the programs on the devices without a gap.
    /// Until <see cref="Apply"/> a new datapath does nothing, and one that was taken over does what it did.
    /// </summary>
    /// <param name="settings">Null for the defaults.</param>
    /// <param name="logger">Told what outlives a single call; null for none.</param>
    /// <returns>To be disposed by the caller, which leaves it in force.</returns>
    /// <exception cref="ArgumentException">The settings are out of their ranges; all that are wrong are listed.</exception>
    /// <exception cref="BpfException">
    /// The kernel refused, another process has the directory, or what is pinned there is of another layout or network namespace.
    /// Nothing new is left behind, and what was in force still is.
    /// </exception>
    public static BpfWanDatapath Start(WanDatapathSettings? settings = null, ILogger<BpfWanDatapath>? logger = null)
    {
        settings ??= new WanDatapathSettings();
        settings.Require();
        ILogger log = logger ?? (ILogger)NullLogger.Instance;
        PinDirectory pins = PinDirectory.Open(settings.PinDirectory);
        DatapathMaps? maps = null;
        DatapathDevices? devices = null;
        DatapathSockets? sockets = null;
        try
        {
            maps = DatapathMaps.OpenOrCreate(pins, settings);
            devices = new DatapathDevices(pins, settings.Hook, maps);
            if (maps.WasAdopted)
            {
                devices.Adopt();
            }

            sockets = DatapathSockets.Start(pins, maps, settings);
            var datapath = new BpfWanDatapath(settings, pins, maps, devices, sockets, log);
            datapath.BeginSweeping(settings);
            LogStarted(log, pins.Path, maps.WasAdopted ? "adopted" : "new", datapath.MaxSessions, datapath.MaxSessionsV6);
            if (maps.WasAdopted && (datapath.MaxSessions, datapath.MaxSessionsV6) != (settings.MaxSessions, settings.MaxSessionsV6))
            {
                LogSizeKept(log, datapath.MaxSessions, datapath.MaxSessionsV6, settings.MaxSessions, settings.MaxSessionsV6);
            }

            return datapath;
        }
        catch
        {
            devices?.Dispose();
            bool isNew = maps is { WasAdopted: false } || !File.Exists(pins.Map("clv_layout"));
            if (isNew)
            {
                sockets?.Detach();
            }

            sockets?.Dispose();
            maps?.Dispose();
            if (isNew)
            {
                pins.Remove();
            }

            pins.Dispose();
            throw;
        }
    }

    /// <summary>Removes a datapath that no process runs: programs, pins, directories, and the file system if it was mounted for them.</summary>
    /// <param name="pinDirectory">The directory that it was started with. Must be called in the same network namespace.</param>
    /// <returns>False when there is nothing.</returns>
    /// <exception cref="BpfException">A process runs it still, or the kernel refused.</exception>
    public static bool Uninstall(string pinDirectory)
    {
        ArgumentException.ThrowIfNullOrEmpty(pinDirectory);
        using PinDirectory? pins = PinDirectory.OpenExisting(pinDirectory);
        if (pins is null)
        {
            return false;
        }

        ClvLink[] links = DatapathMaps.ReadPinnedLinks(pins);
        DatapathDevices.RemoveLeftovers(pins, DatapathMaps.ReadPinnedDevices(pins));
        DatapathSockets.RemoveLeftovers(pins);
        foreach (ClvLink link in links)
        {
            ReleaseNeighbours(in link);
        }

        pins.Remove();
        return true;
    }

    /// <summary>Ends the datapath and removes all of it: programs, pins, directories, and the file system if it was mounted for them.</summary>
    /// <remarks>Translated sessions end with it. Also disposes.</remarks>
    /// <exception cref="BpfException">The kernel refused; calling it again, or the static form, goes on where it stopped.</exception>
    public void Uninstall()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_ended, this);
            _devices.Detach(_devices.Attached);
            _sockets.Detach();
            foreach (ClvLink link in _image.Links)
            {
                ReleaseNeighbours(in link);
            }

            _pins.Remove();
            LogUninstalled(_logger, _pins.Path);
        }

        Dispose();
    }

    /// <summary>Lets go of the datapath and leaves it in force.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_ended)
            {
                return;
            }

            _ended = true;
            _sweeping?.Dispose();
            StopTelling();
            _devices.Dispose();
            _sockets.Dispose();
            _maps.Dispose();
            _pins.Dispose();
        }
    }

    /// <summary>How many packets left the programs by each way, since the maps were made. A packet counts once for each program.</summary>
    public IReadOnlyDictionary<DatapathReason, long> Counters()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_ended, this);
            DatapathReason[] reasons = Enum.GetValues<DatapathReason>();
            var packets = new Dictionary<DatapathReason, long>(reasons.Length);
            Span<ulong> byCpu = stackalloc ulong[_maps.Counters.CpuCount];
            foreach (DatapathReason reason in reasons)
            {
                _maps.Counters.Read((int)reason, byCpu);
                ulong sum = 0;
                foreach (ulong own in byCpu)
                {
                    sum += own;
                }

                packets[reason] = (long)sum;
            }

            return packets;
        }
    }

    private static void ReleaseNeighbours(in ClvLink link)
    {
        foreach (System.Net.IPAddress nextHop in link.NextHops())
        {
            // Best effort: the device may be gone, and a neighbour that is kept resolved harms nobody.
            _ = NeighbourTable.Release((int)link.Ifindex, nextHop);
        }
    }

    private void BeginSweeping(WanDatapathSettings settings)
    {
        if (settings.SweepInterval != Timeout.InfiniteTimeSpan)
        {
            _sweeping = settings.TimeProvider.CreateTimer(SweepInBackground, null, settings.SweepInterval, settings.SweepInterval);
        }
    }

    private void SweepInBackground(object? state)
    {
        try
        {
            SweepOnce(++_sweeps % ReverseSweepEvery == 0);
        }
        catch (ObjectDisposedException)
        {
            // The timer had fired when it was disposed.
        }
        catch (Exception e)
        {
            LogSweepFailed(_logger, e);
        }
    }
}
