using System.Net;
using Clovisor.EdgeHost.Lab;
using Clovisor.Wan.Associations;
using Clovisor.Wan.Configuration;
using Clovisor.Wan.Datapath;
using Clovisor.Wan.Links;
using Clovisor.Wan.Probes;

namespace Clovisor.Wan.Failover.Measuring;

/// <summary>The real engine and datapath at both ends of wan0 and wan1, which are a pair. Sessions of the edge prefer wan1 and fall back to wan0; the cloud follows.</summary>
internal sealed class PairedSites : IDisposable
{
    private const string Moving = "moving";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly LabNames _names;
    private readonly ProbeDefinition? _probe;
    private readonly BpfWanDatapath _edgeDatapath;
    private readonly BpfWanDatapath _cloudDatapath;
    private readonly WanEngine _edge;
    private readonly WanEngine _cloud;

    /// <param name="names">Of the lab.</param>
    /// <param name="probe">Null: nothing but sessions uses the links.</param>
    public PairedSites(LabNames names, ProbeDefinition? probe)
    {
        _names = names;
        _probe = probe;
        _edgeDatapath = Space.Run(names.Edge, () => BpfWanDatapath.Start(Settings(Site.PinDirectory(names))));
        _cloudDatapath = Space.Run(names.Cloud, () => BpfWanDatapath.Start(Settings(Site.PinDirectory(names) + "-cloud")));
        _edge = new WanEngine(ConfigureEdge(drained: false), _edgeDatapath);
        _cloud = new WanEngine(ConfigureCloud(), _cloudDatapath);
        try
        {
            Space.Run(names.Edge, () => _edge.StartAsync().GetAwaiter().GetResult());
            Space.Run(names.Cloud, () => _cloud.StartAsync().GetAwaiter().GetResult());
            WaitFor(LabAddresses.Wan0, usable: true);
            WaitFor(LabAddresses.Wan1, usable: true);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The edge's sessions.</summary>
    public IReadOnlyList<WanSession> Sessions => _edgeDatapath.Sessions();

    public void Admit(in SessionTuple tuple)
    {
        SessionAdmission admission = _edge.Admit(tuple, Moving);
        if (admission.Outcome != AdmissionOutcome.Admitted)
        {
            throw new InvalidOperationException($"{tuple} was not admitted: {admission.Outcome}");
        }
    }

    /// <summary>Takes wan1 out of service though it works, or puts it back. Returns when the edge's datapath has followed.</summary>
    public void Drain(bool drained)
    {
        if (!_edge.TryApply(ConfigureEdge(drained), out string? error))
        {
            throw new InvalidOperationException($"the plan was refused: {error}");
        }
    }

    /// <summary>Waits until both ends find a link usable, or not.</summary>
    public void WaitFor(LabLink link, bool usable)
    {
        foreach (WanEngine engine in (WanEngine[])[_edge, _cloud])
        {
            if (!SpinWait.SpinUntil(() => engine.Status.Links.First(own => own.Name == link.Device).IsUsable == usable, Patience))
            {
                throw new InvalidOperationException($"{link.Device} did not become {(usable ? "usable" : "unusable")}: {engine.Status.Links.First(own => own.Name == link.Device)}");
            }
        }
    }

    public void Dispose()
    {
        _edge.Dispose();
        _cloud.Dispose();
        Space.Run(_names.Edge, _edgeDatapath.Uninstall);
        Space.Run(_names.Cloud, _cloudDatapath.Uninstall);
        _edgeDatapath.Dispose();
        _cloudDatapath.Dispose();
    }

    private static WanDatapathSettings Settings(string pins) => new() { PinDirectory = pins, MaxSessions = 4096, MaxSessionsV6 = 4096 };

    private WanConfiguration ConfigureEdge(bool drained) => Create(
        "cloud",
        static link => [link.CloudV4, link.CloudV6],
        [new WanAssociation { Name = Moving, Dscps = [10], Tiers = drained ? [LinkTier.Of("wan0")] : [LinkTier.Of("wan1"), LinkTier.Of("wan0")] }]);

    private WanConfiguration ConfigureCloud() => Create("edge", static link => [link.EdgeV4, link.EdgeV6], []);

    private WanConfiguration Create(string peer, Func<LabLink, string[]> far, System.Collections.Immutable.ImmutableArray<WanAssociation> associations)
    {
        ConfigurationResult result = WanConfiguration.Create(
            [.. LabAddresses.Links.Select(link =>
            {
                IPAddress[] ends = [.. far(link).Select(IPAddress.Parse)];
                return new WanLink
                {
                    Name = link.Device,
                    Device = link.Device,
                    NextHops = [.. ends],
                    Addressing = AddressingKind.Paired,
                    Peer = peer,
                    PeerAddresses = [.. ends],
                    Probes = _probe is null ? [] : [_probe with { Targets = [.. ends], Quorum = 1 }],
                    Recovery = new LinkRecovery { HoldDown = TimeSpan.Zero, Good = 1 },
                };
            })],
            [],
            associations);
        return result.IsValid ? result.Configuration : throw new InvalidOperationException(string.Join('\n', result.Errors));
    }
}
