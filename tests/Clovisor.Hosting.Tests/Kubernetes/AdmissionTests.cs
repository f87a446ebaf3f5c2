using Clovisor.Testing.Kubernetes;
using Clovisor.Wan.Configuration;

namespace Clovisor.Hosting.Tests.Kubernetes;

/// <summary>What a real API server takes and refuses, held against what the reader of YAML takes and refuses.</summary>
[Collection(ControlPlaneCollection.Name)]
public sealed class AdmissionTests(ControlPlane plane)
{
    private const string EveryLinkField =
        "{nodeSelector: {site: north}, device: eth0, nextHop: [192.0.2.1, '2001:db8::1'], addresses: [192.0.2.2], addressing: preserved, role: backup, transport: private, billing: usage, encrypted: 'yes', internetBreakout: 'no', over: fibre, capacity: {up: 1.5G, down: 200M}, "
        + "probes: [{kind: icmp, targets: [192.0.2.9, 192.0.2.8], interval: 100ms, timeout: 1.5s, lost: 3, quorum: 2}], recovery: {good: 5, holdDown: 2s, dampening: {halfLife: 1m, max: 1h}}}";

    private const string EveryClassField = "{loss: {enter: 2%, leave: 0.5%}, latency: {enter: 150ms, leave: 100ms}, jitter: {enter: 30ms}, window: 30s}";

    private const string EveryAssociationField =
        "{match: {meshRoute: [app/httpbin/boss, 'HTTPRoute:app/web/#0.#1', app/other/*], dscp: [ef, 10, CS3], flows: [{users: [ann], headers: {x-class: gold}, sources: [10.0.0.0/8], destinations: ['2001:db8::/32', 192.0.2.1], ports: [443, 8000-8099], protocols: [tcp, 17], namespaces: [app], pods: ['web-*'], sni: ['*.example.org']}]}, tag: {dscp: af21, sourcePorts: 33000-33999}, tiers: [{links: [fibre, lte], share: weighted, weights: {fibre: 3}}, {links: [dsl]}], sla: voice, "
        + "criteria: {publicPrivate: either, billing: flat-rate-only, backup: 'no', encryption: encrypted-only, internetBreakout: 'yes', bandwidth: {up: 10M, down: 20M}}, fallback: none, onNoLink: drop, onLinkDown: {tcp: drain, udp: rebind}, failback: {mode: drain, resetAfter: 5m}, onBrownout: move, sticky: 'header:x-user'}";

    private static readonly (string Plural, string Kind)[] Kinds = [("wanlinks", "WanLink"), ("slaclasses", "SlaClass"), ("wanassociations", "WanAssociation")];

    [ApiServerFact]
    public async Task Every_field_is_taken_by_the_server_and_by_the_reader()
    {
        string[] specs = [EveryLinkField, EveryClassField, EveryAssociationField];
        List<ConfigurationText> texts = [];
        for (int i = 0; i < specs.Length; i++)
        {
            string document = Document(Kinds[i].Kind, i == 0 ? "every" : "voice", specs[i]);
            await plane.Server.ApplyAsync(ControlPlane.WanPath(Kinds[i].Plural, i == 0 ? "every" : "voice"), document);
            await plane.Server.DeleteAsync(ControlPlane.WanPath(Kinds[i].Plural, i == 0 ? "every" : "voice"));
            texts.Add(new ConfigurationText(Kinds[i].Kind, document));
        }

        foreach (string link in (string[])["fibre", "lte", "dsl"])
        {
            texts.Add(new ConfigurationText(link, Document("WanLink", link, $"{{device: {link}, encrypted: 'yes', capacity: {{up: 1G, down: 1G}}}}")));
        }

        ConfigurationResult read = WanConfigurationReader.Read(texts, new Dictionary<string, string> { ["site"] = "north" });
        Assert.Empty(read.Errors);
    }

    [ApiServerFact]
    public async Task What_the_reader_refuses_in_an_object_the_server_refuses_too_and_says_why()
    {
        List<string> taken = [];
        foreach ((int kind, string spec, string why) in Refused())
        {
            string document = Document(Kinds[kind].Kind, "refused", spec);
            try
            {
                await plane.Server.CreateAsync(ControlPlane.WanPath(Kinds[kind].Plural), document);
                await plane.Server.DeleteAsync(ControlPlane.WanPath(Kinds[kind].Plural, "refused"));
                taken.Add($"{Kinds[kind].Kind} {spec}: taken");
            }
            catch (InvalidOperationException e) when (e.Message.Contains("422", StringComparison.Ordinal) || e.Message.Contains("400", StringComparison.Ordinal))
            {
                if (!e.Message.Contains(why, StringComparison.Ordinal))
                {
                    taken.Add($"{Kinds[kind].Kind} {spec}: refused, but not by '{why}': {e.Message}");
                }
            }

            if (WanConfigurationReader.Read(new ConfigurationText("refused", document), Links()).IsValid)
            {
                taken.Add($"{Kinds[kind].Kind} {spec}: taken by the reader");
            }
        }

        Assert.Empty(taken);
    }

    [ApiServerFact]
    public async Task A_name_that_the_kernel_cannot_hold_is_refused()
    {
        string name = new('a', 64);
        InvalidOperationException e = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            plane.Server.CreateAsync(ControlPlane.WanPath("wanlinks"), Document("WanLink", name, "{device: eth0}")));

        Assert.Contains("a name has at most 63 characters", e.Message, StringComparison.Ordinal);
    }

    private static string Document(string kind, string name, string spec) => $"{{apiVersion: wan.clovisor.io/v1alpha1, kind: {kind}, metadata: {{name: {name}}}, spec: {spec}}}";

    private static ConfigurationText Links() => new("links", string.Join("\n---\n", ((string[])["fibre", "lte"]).Select(link => Document("WanLink", link, $"{{device: {link}}}"))));

    private static IEnumerable<(int Kind, string Spec, string Why)> Refused()
    {
        yield return (0, "{role: normal}", "spec.device: Required value");
        yield return (0, "{device: a-device-name-too-long}", "spec.device");
        yield return (0, "{device: lo}", "name the device of an uplink");
        yield return (0, "{device: eth9, role: spare}", "supported values");
        yield return (0, "{device: eth9, nextHop: [gateway.example]}", "write the unicast address of a host");
        yield return (0, "{device: eth9, nextHop: [10.0.0.1/24]}", "write the unicast address of a host");
        yield return (0, "{device: eth9, nextHop: [127.0.0.1]}", "write the unicast address of a host");
        yield return (0, "{device: eth9, nextHop: ['0.0.0.0']}", "write the unicast address of a host");
        yield return (0, "{device: eth9, nextHop: ['ff02::1']}", "write the unicast address of a host");
        yield return (0, "{device: eth9, addresses: [224.0.0.1]}", "write the unicast address of a host");
        yield return (0, "{device: eth9, addresses: [255.255.255.255]}", "write the unicast address of a host");
        yield return (0, "{device: eth9, nextHop: [10.0.0.1, 10.0.0.2]}", "one next hop a family");
        yield return (0, "{device: eth9, addresses: ['fd00::1', 'fd00::2']}", "one address a family");
        yield return (0, "{device: eth9, capacity: {up: 200MB, down: 1G}}", "spec.capacity.up");
        yield return (0, "{device: eth9, capacity: {up: 200M}}", "spec.capacity.down: Required value");
        yield return (0, "{device: eth9, probes: [{targets: []}]}", "should have at least 1 items");
        yield return (0, "{device: eth9, probes: [{kind: icmp}]}", "targets: Required value");
        yield return (0, "{device: eth9, probes: [{kind: tcp, targets: [192.0.2.9]}]}", "a tcp probe needs a port");
        yield return (0, "{device: eth9, probes: [{kind: https, targets: [192.0.2.9]}]}", "an https probe needs the name");
        yield return (0, "{device: eth9, probes: [{kind: dns, targets: [192.0.2.9], path: /x}]}", "are of http and https probes");
        yield return (0, "{device: eth9, probes: [{targets: [9.9.9.9], interval: 1ms}]}", "choose from 20ms to 1m");
        yield return (0, "{device: eth9, probes: [{targets: [9.9.9.9], interval: 2m}]}", "choose from 20ms to 1m");
        yield return (0, "{device: eth9, probes: [{targets: [9.9.9.9], timeout: 2h}]}", "choose from 10ms to 1m");
        yield return (0, "{device: eth9, probes: [{targets: [9.9.9.9], lost: 0}]}", "should be greater than or equal to 1");
        yield return (0, "{device: eth9, probes: [{targets: [9.9.9.9], lost: 101}]}", "should be less than or equal to 100");
        yield return (0, "{device: eth9, probes: [{targets: [9.9.9.9], quorum: 2}]}", "so many targets can never be alive");
        yield return (0, "{device: eth9, probes: [{targets: [9.9.9.9, 9.9.9.9]}]}", "Duplicate value");
        yield return (0, "{device: eth9, probes: [{kind: bfd, targets: [9.9.9.9]}]}", "supported values");
        yield return (0, "{device: eth9, recovery: {good: 0}}", "should be greater than or equal to 1");
        yield return (0, "{device: eth9, recovery: {holdDown: 20m}}", "the longest hold-down");
        yield return (0, "{device: eth9, recovery: {holdDown: 2h, dampening: {max: 3h}}}", "choose from 0s to 1h");
        yield return (0, "{device: eth9, recovery: {dampening: {max: 5s}}}", "the longest hold-down");
        yield return (0, "{device: eth9, recovery: {dampening: {halfLife: 1ms}}}", "choose from 1s to 24h");
        yield return (1, "{}", "the class asks nothing");
        yield return (1, "{loss: {leave: 1%}}", "spec.loss.enter: Required value");
        yield return (1, "{loss: {enter: 200%}}", "choose at most 100%");
        yield return (1, "{loss: {enter: 1%, leave: 2%}}", "leave is above enter");
        yield return (1, "{latency: {enter: 0s}}", "choose above 0 and at most 1m");
        yield return (1, "{latency: {enter: 100ms, leave: 150ms}}", "leave is above enter");
        yield return (1, "{jitter: {enter: 2m}}", "choose above 0 and at most 1m");
        yield return (1, "{loss: {enter: 1%}, window: 1h}", "choose from 1s to 10m");
        yield return (2, "{tiers: [{links: [fibre]}]}", "nothing is matched");
        yield return (2, "{match: {dscp: []}, tiers: [{links: [fibre]}]}", "nothing is matched");
        yield return (2, "{match: {dscp: [ef]}}", "spec.tiers: Required value");
        yield return (2, "{match: {dscp: [ef]}, tiers: []}", "should have at least 1 items");
        yield return (2, "{match: {dscp: [ef]}, tiers: [{links: []}]}", "should have at least 1 items");
        yield return (2, "{match: {dscp: [64]}, tiers: [{links: [fibre]}]}", "write a number from 1 to 63");
        yield return (2, "{match: {dscp: [gold]}, tiers: [{links: [fibre]}]}", "write a number from 1 to 63");
        yield return (2, "{tag: {dscp: 0}, tiers: [{links: [fibre]}]}", "write a number from 1 to 63");
        yield return (2, "{tag: {sourcePorts: '33000'}, tiers: [{links: [fibre]}]}", "spec.tag.sourcePorts");
        yield return (2, "{tag: {sourcePorts: 1000-2000}, tiers: [{links: [fibre]}]}", "choose a range of at least 64 ports");
        yield return (2, "{tag: {sourcePorts: 33000-33062}, tiers: [{links: [fibre]}]}", "choose a range of at least 64 ports");
        yield return (2, "{tag: {sourcePorts: 34000-33000}, tiers: [{links: [fibre]}]}", "choose a range of at least 64 ports");
        yield return (2, "{tag: {sourcePorts: 60000-61000}, tiers: [{links: [fibre]}]}", "choose a range of at least 64 ports");
        yield return (2, "{match: {meshRoute: [httpbin]}, tiers: [{links: [fibre]}]}", "spec.match.meshRoute[0]");
        yield return (2, "{match: {meshRoute: ['TCPRoute:a/b/c']}, tiers: [{links: [fibre]}]}", "spec.match.meshRoute[0]");
        yield return (2, "{match: {dscp: [ef]}, tiers: [{links: [fibre, fibre]}]}", "Duplicate value");
        yield return (2, "{match: {dscp: [ef]}, tiers: [{links: [fibre]}, {links: [lte, fibre]}]}", "a link stands in two tiers");
        yield return (2, "{match: {dscp: [ef]}, tiers: [{links: [fibre], weights: {lte: 2}}]}", "a weight is given to a link that is not in this tier");
        yield return (2, "{match: {dscp: [ef]}, tiers: [{links: [fibre], weights: {fibre: 0}}]}", "should be greater than or equal to 1");
        yield return (2, "{match: {flows: [{}]}, tiers: [{links: [fibre]}]}", "the flow asks nothing");
        yield return (2, "{match: {flows: [{users: ['']}]}, tiers: [{links: [fibre]}]}", "should be at least 1 chars long");
        yield return (2, "{match: {flows: [{sources: [10.0.0.1/8]}]}, tiers: [{links: [fibre]}]}", "whose host bits are zero");
        yield return (2, "{match: {flows: [{ports: [0]}]}, tiers: [{links: [fibre]}]}", "write a port such as 443");
        yield return (2, "{match: {flows: [{ports: [70000]}]}, tiers: [{links: [fibre]}]}", "write a port such as 443");
        yield return (2, "{match: {flows: [{ports: [90-80]}]}, tiers: [{links: [fibre]}]}", "write a port such as 443");
        yield return (2, "{match: {flows: [{ports: [https]}]}, tiers: [{links: [fibre]}]}", "write a port such as 443");
        yield return (2, "{match: {flows: [{protocols: [256]}]}, tiers: [{links: [fibre]}]}", "write tcp, udp");
        yield return (2, "{match: {flows: [{protocols: [quic]}]}, tiers: [{links: [fibre]}]}", "write tcp, udp");
        yield return (2, "{match: {flows: [{namespaces: ['a*']}]}, tiers: [{links: [fibre]}]}", "namespaces[0]");
        yield return (2, "{match: {flows: [{pods: ['*a']}]}, tiers: [{links: [fibre]}]}", "pods[0]");
        yield return (2, "{match: {flows: [{sni: ['a.*']}]}, tiers: [{links: [fibre]}]}", "sni[0]");
        yield return (2, "{match: {dscp: [ef]}, tiers: [{links: [fibre]}], sticky: cookie}", "spec.sticky");
        yield return (2, "{match: {dscp: [ef]}, tiers: [{links: [fibre]}], sticky: 'header:'}", "spec.sticky");
        yield return (2, "{match: {dscp: [ef]}, tiers: [{links: [fibre]}], failback: {mode: never, resetAfter: 5m}}", "remove resetAfter");
        yield return (2, "{match: {dscp: [ef]}, tiers: [{links: [fibre]}], failback: {resetAfter: 48h}}", "choose from 0s to 24h");
        yield return (2, "{match: {dscp: [ef]}, tiers: [{links: [fibre]}], onBrownout: panic}", "supported values");
        yield return (2, "{match: {dscp: [ef]}, tiers: [{links: [fibre]}], onLinkDown: {udp: reset}}", "supported values");
        yield return (2, "{match: {dscp: [ef]}, tiers: [{links: [fibre]}], onLinkDown: {tcp: rebind}}", "supported values");
    }
}
