using System.Net;
using Clovisor.Wan.Associations;
using Clovisor.Wan.Configuration;
using Clovisor.Wan.Links;
using Clovisor.Wan.Probes;
using Clovisor.Wan.Sla;
using Clovisor.Wan.Steering;
using Clovisor.Wan.Tests.Netlink;

namespace Clovisor.Wan.Tests.Steering;

/// <summary>A site with links fibre (eth0, index 2) and lte (eth1, index 3), in virtual time, in front of a recording datapath.</summary>
internal sealed class VirtualSite : IProbeSender
{
    private readonly List<(TimeSpan At, string Device, IPAddress Target, ushort Sequence)> _answers = [];

    public RecordedNetwork Network { get; } = new();

    public RecordingDatapath Datapath { get; } = new();

    public EngineCore Core { get; private set; } = null!;

    public TimeSpan Now { get; private set; } = TimeSpan.FromSeconds(1);

    public Func<string, IPAddress, bool> Answers { get; set; } = static (_, _) => true;

    public Func<string, TimeSpan> RoundTrip { get; set; } = static _ => TimeSpan.FromMilliseconds(20);

    public List<LinkTransition> Transitions { get; } = [];

    public static VirtualSite Start(WanConfiguration? configuration = null, Action<RecordingDatapath>? prepare = null)
    {
        var site = new VirtualSite();
        prepare?.Invoke(site.Datapath);
        site.Plug(2, "eth0", "10.9.0.1", "10.9.0.2");
        site.Plug(3, "eth1", "10.9.1.1", "10.9.1.2");
        site.Boot(configuration ?? Configuration());
        site.Pass(1);
        return site;
    }

    public static WanConfiguration Configuration(Func<WanAssociation, WanAssociation>? change = null, Func<WanLink, WanLink>? changeLink = null, params SlaClass[] classes)
    {
        change ??= static association => association;
        changeLink ??= static link => link;
        ConfigurationResult result = WanConfiguration.Create(
            [changeLink(Link("fibre", "eth0")), changeLink(Link("lte", "eth1"))],
            classes,
            [
                change(new WanAssociation { Name = "boss", Dscps = [46], Tiers = [LinkTier.Of("fibre"), LinkTier.Of("lte")] }),
                change(new WanAssociation { Name = "minion", TagDscp = 10, TagSourcePorts = new PortRange(33000, 34999), Tiers = [LinkTier.Of("lte"), LinkTier.Of("fibre")] }),
            ]);
        Assert.True(result.IsValid, string.Join('\n', result.Errors));
        return result.Configuration;
    }

    public static WanLink Link(string name, string device) => new()
    {
        Name = name,
        Device = device,
        Probes = [new ProbeDefinition { Targets = [IPAddress.Parse("192.0.2.9")] }],
    };

    public void Plug(int index, string device, string address, string router)
    {
        Network.Link(index, device);
        Network.Address(index, address);
        Network.DefaultRoute(index, router, metric: (uint)index);
    }

    public void Boot(WanConfiguration configuration) => Core = new EngineCore(configuration, Datapath, this, Network.Table, Now);

    public string? Send(in ProbeOrigin origin, ProbeDefinition definition, IPAddress target, ushort sequence, out TimeSpan sentAt)
    {
        sentAt = Now;
        if (Answers(origin.Device, target))
        {
            _answers.Add((Now + RoundTrip(origin.Device), origin.Device, target, sequence));
        }

        return null;
    }

    /// <summary>Tells the engine that the network changed, as its loop does at once.</summary>
    public void Notice() => Transitions.AddRange(Core.Step(networkChanged: true, Now));

    public void Pass(double seconds)
    {
        for (TimeSpan end = Now + TimeSpan.FromSeconds(seconds); Now < end;)
        {
            TimeSpan next = new[] { end, Core.NextWake, _answers.Select(static answer => (TimeSpan?)answer.At).Min() }.Min()!.Value;
            Now = next > Now ? next : Now + TimeSpan.FromMilliseconds(1);
            foreach ((_, string device, IPAddress target, ushort sequence) in _answers.Where(answer => answer.At <= Now).ToArray())
            {
                Core.Monitor.Answered(device, target, sequence, Now);
            }

            _answers.RemoveAll(answer => answer.At <= Now);
            Transitions.AddRange(Core.Step(networkChanged: false, Now));
        }
    }

    public LinkState StateOf(string link) => Core.Monitor.Links.Single(watched => watched.Link.Name == link).Machine.State;
}
