using System.Net;
using Clovisor.Wan.Configuration;
using Clovisor.Wan.Interop;
using Clovisor.Wan.Links;
using Clovisor.Wan.Netlink;
using Clovisor.Wan.Probes;
using Clovisor.Wan.Steering;

namespace Clovisor.Wan;

/// <content>What happens on the engine's own thread.</content>
public sealed partial class WanEngine
{
    private void Run()
    {
        try
        {
            ThreadRank.Raise();
            using var netlink = new RtnetlinkSocket();
            using var probes = new ProbeRunner(() => Now, () => _loop.Post(static () => { }));
            var neighbours = new NeighbourKeeper();
            var table = new NetworkTable();
            netlink.Dump(table);
            var core = new EngineCore(_initial, _datapath, probes, table, Now) { Lan = new LanDevices(LanDevices) };
            KeepNeighbours(core, probes, neighbours);
            while (!_stopping)
            {
                Turn(core, netlink, probes, neighbours);
            }

            _started.TrySetCanceled();
            _ended.TrySetResult();
        }
        catch (Exception exception)
        {
            // Before the start the caller hears of it; afterwards the log and Completion do.
            if (!_started.TrySetException(exception))
            {
                _logger.EngineFailed(exception);
                _ended.TrySetException(exception);
            }
            else
            {
                _ended.TrySetResult();
            }
        }
    }

    private void Turn(EngineCore core, RtnetlinkSocket netlink, ProbeRunner probes, NeighbourKeeper neighbours)
    {
        bool networkChanged = _loop.Wait(netlink.Events, probes.Polled, Earlier(core.NextWake, _flows.NextLook) - Now) && netlink.Drain(core.Table);
        while (_loop.TryTake(out Action command))
        {
            command();
            networkChanged = true;
        }

        IReadOnlyList<LinkTransition> transitions;
        bool suspected = core.Monitor.TargetsSuspect;
        string? refused = core.DatapathError;
        lock (_sync)
        {
            probes.Collect(core.Monitor);
            transitions = core.Step(networkChanged, Now);
        }

        if (_flows.Look(core.Configuration.Links.Select(static link => link.Device), Now))
        {
            _logger.FlowsGoRound(string.Join(' ', _flows.Warnings));
        }

        if (networkChanged)
        {
            KeepNeighbours(core, probes, neighbours);
        }

        Announce(core, transitions, suspected, refused);
        if (core.IsReady && _core is null)
        {
            _core = core;
            _logger.ConfigurationInForce(_initial.Links.Length, _initial.Associations.Length);
            _started.TrySetResult();
        }
    }

    private static TimeSpan Earlier(TimeSpan? left, TimeSpan right) => left < right ? left.Value : right;

    private string? Apply(EngineCore core, WanConfiguration configuration)
    {
        string? refusal;
        lock (_sync)
        {
            core.TryApply(configuration, Now, out refusal);
        }

        if (refusal is null)
        {
            _logger.ConfigurationInForce(configuration.Links.Length, configuration.Associations.Length);
        }

        return refusal;
    }

    private void KeepNeighbours(EngineCore core, ProbeRunner probes, NeighbourKeeper neighbours)
    {
        int before = neighbours.LastError;
        neighbours.Keep(core.NextHops(), core.Table);
        probes.Keep(core.Configuration.Links.Select(static link => link.Device).ToHashSet(StringComparer.Ordinal));
        if (before == 0 && neighbours.LastError != 0)
        {
            _logger.NextHopsNotKept(neighbours.LastError);
        }
    }

    private void Announce(EngineCore core, IReadOnlyList<LinkTransition> transitions, bool suspected, string? refused)
    {
        if (core.Monitor.TargetsSuspect && !suspected)
        {
            _logger.TargetsSuspected();
        }

        if (core.DatapathError is { } error && error != refused)
        {
            _logger.PlanRefused(error);
        }

        foreach ((string link, LinkState from, LinkState to, string reason, TimeSpan at) in transitions)
        {
            if (to is LinkState.Up or LinkState.Probing)
            {
                _logger.LinkImproved(link, from, to, reason);
            }
            else
            {
                _logger.LinkImpaired(link, from, to, reason);
            }

            try
            {
                LinkChanged?.Invoke(this, new LinkChangedEventArgs(link, from, to, reason, _time.GetUtcNow() + (at - Now)));
            }
            catch (Exception exception)
            {
                _logger.HandlerFailed(exception);
            }
        }
    }
}
