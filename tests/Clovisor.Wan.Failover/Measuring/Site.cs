using System.Diagnostics;
using System.Net;
using Clovisor.EdgeHost.Lab;
using Clovisor.Wan.Associations;
using Clovisor.Wan.Configuration;
using Clovisor.Wan.Datapath;
using Clovisor.Wan.Links;
using Clovisor.Wan.Probes;

namespace Clovisor.Wan.Failover.Measuring;

/// <summary>The real engine and datapath at the edge of a lab. Sessions of <see cref="Moving"/> prefer wan1 and fall back to wan0, those of
/// <see cref="Steady"/> have wan2.</summary>
internal sealed class Site : IDisposable
{
    public const string Moving = "moving";
    public const string Steady = "steady";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly List<(long At, string Link, LinkState State)> _changes = [];
    private readonly IReadOnlyList<LabLink> _links;
    private readonly SiteSettings _settings;

    public Site(LabNames names, IReadOnlyList<LabLink> links, SiteSettings settings)
    {
        Names = names;
        _links = links;
        _settings = settings;
        Datapath = Space.Run(names.Edge, () => BpfWanDatapath.Start(settings.Datapath with { PinDirectory = PinDirectory(names) }));
        Engine = new WanEngine(Configure(settings, drained: false), Datapath);
        try
        {
            Engine.LinkChanged += Note;
            Space.Run(names.Edge, () => Engine.StartAsync().GetAwaiter().GetResult());
            if (settings.WaitsForAll)
            {
                WaitUntilUp();
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public LabNames Names { get; }

    public BpfWanDatapath Datapath { get; }

    public WanEngine Engine { get; }

    public static string PinDirectory(LabNames names) => Path.Combine(names.BpfDirectory, "failover");

    /// <summary>The link that fails.</summary>
    public static LabLink Failing => LabAddresses.Wan1;

    /// <summary>The link that does not, and has no other beside it.</summary>
    public static LabLink SteadyLink => LabAddresses.All[2];

    public void Admit(in SessionTuple tuple, string association)
    {
        SessionAdmission admission = Engine.Admit(tuple, association);
        if (admission.Outcome != AdmissionOutcome.Admitted)
        {
            throw new InvalidOperationException($"{tuple} was not admitted: {admission.Outcome}");
        }
    }

    /// <summary>When the engine had the datapath follow a change to such a state, the first after some moment.</summary>
    public long WaitFor(LabLink link, Func<LinkState, bool> state, long since)
    {
        lock (_changes)
        {
            long until = Stopwatch.GetTimestamp() + (long)(Patience.TotalSeconds * Stopwatch.Frequency);
            while (true)
            {
                foreach ((long at, string name, LinkState now) in _changes)
                {
                    if (at >= since && name == link.Device && state(now))
                    {
                        return at;
                    }
                }

                if (Stopwatch.GetTimestamp() > until)
                {
                    throw new InvalidOperationException($"{link.Device} did not change as it should within {Patience.TotalSeconds:0} s: {Engine.Status.Links.First(l => l.Name == link.Device)}");
                }

                Monitor.Wait(_changes, 1000);
            }
        }
    }

    public void WaitUntilUp()
    {
        if (!SpinWait.SpinUntil(() => Engine.Status.Links.All(link => link.IsUsable), Patience))
        {
            throw new InvalidOperationException($"not all links came up: {string.Join("; ", Engine.Status.Links.Select(l => $"{l.Name} {l.State} ({l.Reason})"))}");
        }
    }

    /// <summary>Takes wan1 out of service though it works, or puts it back. Returns when the datapath has followed.</summary>
    public void Drain(bool drained)
    {
        if (!Engine.TryApply(Configure(_settings, drained), out string? error))
        {
            throw new InvalidOperationException($"the plan was refused: {error}");
        }
    }

    public void Dispose()
    {
        Engine.Dispose();
        if (_settings.Leave)
        {
            Datapath.Dispose();
        }
        else
        {
            Space.Run(Names.Edge, Datapath.Uninstall);
        }
    }

    private void Note(object? sender, LinkChangedEventArgs change)
    {
        long now = Stopwatch.GetTimestamp();
        lock (_changes)
        {
            _changes.Add((now, change.Link, change.Current));
            Monitor.PulseAll(_changes);
        }
    }

    private WanConfiguration Configure(SiteSettings settings, bool drained)
    {
        ConfigurationResult result = WanConfiguration.Create(
            [.. _links.Select(link => new WanLink
            {
                Name = link.Device,
                Device = link.Device,
                NextHops = [IPAddress.Parse(link.CloudV4)],
                Addressing = link == SteadyLink ? settings.SteadyAddressing ?? settings.Addressing : settings.Addressing,
                Probes = [settings.Probe with { Targets = [IPAddress.Parse(link.CloudV4), IPAddress.Parse(LabAddresses.ServiceV4)] }],
                Recovery = new LinkRecovery { HoldDown = TimeSpan.Zero, Good = 1 },
            })],
            [],
            [
                new WanAssociation { Name = Moving, Dscps = [10], Tiers = drained ? [LinkTier.Of("wan0")] : [LinkTier.Of("wan1"), LinkTier.Of("wan0")] },
                new WanAssociation { Name = Steady, Dscps = [12], Tiers = [LinkTier.Of(SteadyLink.Device)] },
            ]);
        return result.IsValid ? result.Configuration : throw new InvalidOperationException(string.Join('\n', result.Errors));
    }
}
