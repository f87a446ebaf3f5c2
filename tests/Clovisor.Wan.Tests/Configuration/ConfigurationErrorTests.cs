using Clovisor.Wan.Associations;
using Clovisor.Wan.Configuration;
using Clovisor.Wan.Links;

namespace Clovisor.Wan.Tests.Configuration;

public sealed class ConfigurationErrorTests
{
    private const string Head = "apiVersion: wan.clovisor.io/v1alpha1\n";
    private const string Fibre = Head + "kind: WanLink\nmetadata: { name: fibre }\nspec: { device: eth0 }\n";

    [Theory]
    [InlineData("device: [eth0]", 5, "spec.device", ConfigurationErrorCodes.MalformedValue, "a list stands where one value is wanted; name the network device")]
    [InlineData("devise: eth0", 5, "spec.device", ConfigurationErrorCodes.MissingField, "name the network device")]
    [InlineData("devise: eth0", 5, "spec.devise", ConfigurationErrorCodes.UnknownField, "did you mean 'device'?")]
    [InlineData("device: eth0\n  device: eth1", 6, "spec.device", ConfigurationErrorCodes.RepeatedField, "after line 5")]
    [InlineData("device: a-device-name-too-long", 5, "spec.device", ConfigurationErrorCodes.InvalidName, "1 to 15 bytes")]
    [InlineData("device: lo", 5, "spec.device", ConfigurationErrorCodes.Contradiction, "leads nowhere else")]
    [InlineData("device: eth0\n  role: spare", 6, "spec.role", ConfigurationErrorCodes.MalformedValue, "'spare' is not understood; write one of normal, backup")]
    [InlineData("device: eth0\n  nextHop: gateway.example", 6, "spec.nextHop", ConfigurationErrorCodes.MalformedValue, "write an address such as 192.0.2.1")]
    [InlineData("device: eth0\n  nextHop: 10.0.0.1/24", 6, "spec.nextHop", ConfigurationErrorCodes.MalformedValue, "without a prefix length")]
    [InlineData("device: eth0\n  nextHop: 1", 6, "spec.nextHop", ConfigurationErrorCodes.MalformedValue, "write an address")]
    [InlineData("device: eth0\n  nextHop: 127.0.0.1", 6, "spec.nextHop[0]", ConfigurationErrorCodes.OutOfRange, "a loopback address")]
    [InlineData("device: eth0\n  nextHop: [10.0.0.1, 10.0.0.2]", 6, "spec.nextHop", ConfigurationErrorCodes.DuplicateEntry, "2 IPv4 addresses")]
    [InlineData("device: eth0\n  addresses: [224.0.0.1]", 6, "spec.addresses[0]", ConfigurationErrorCodes.OutOfRange, "a multicast address")]
    [InlineData("device: eth0\n  addressing: routed", 6, "spec.addressing", ConfigurationErrorCodes.MalformedValue, "write one of translated, preserved, paired")]
    [InlineData("device: eth0\n  addressing: paired", 4, "spec.peer.name", ConfigurationErrorCodes.MissingField, "the same in all links that lead there")]
    [InlineData("device: eth0\n  addressing: paired\n  peer: { name: cloud }", 7, "spec.peer.addresses", ConfigurationErrorCodes.MissingField, "the far end's own address on it")]
    [InlineData("device: eth0\n  addressing: paired\n  peer: { name: My_Cloud, addresses: [192.0.2.1] }", 7, "spec.peer.name", ConfigurationErrorCodes.InvalidName, "'My_Cloud' is not a valid name")]
    [InlineData("device: eth0\n  addressing: paired\n  peer: { name: cloud, addresses: [192.0.2.1, 192.0.2.2] }", 7, "spec.peer.addresses", ConfigurationErrorCodes.DuplicateEntry, "one peer address a family")]
    [InlineData("device: eth0\n  addressing: paired\n  peer: { name: cloud, addresses: [cloud.example] }", 7, "spec.peer.addresses[0]", ConfigurationErrorCodes.MalformedValue, "write an address such as")]
    [InlineData("device: eth0\n  addressing: paired\n  addresses: [192.0.2.1]\n  peer: { name: cloud, addresses: [192.0.2.1] }", 8, "spec.peer.addresses[0]", ConfigurationErrorCodes.Contradiction, "this end's own address")]
    [InlineData("device: eth0\n  peer: { name: cloud, addresses: [192.0.2.1] }", 6, "spec.peer", ConfigurationErrorCodes.Contradiction, "only a link with 'addressing: paired' has a peer")]
    [InlineData("device: eth0\n  addressing: paired\n  peer: { nane: cloud, addresses: [192.0.2.1] }", 7, "spec.peer.nane", ConfigurationErrorCodes.UnknownField, "did you mean 'name'?")]
    [InlineData("device: eth0\n  capacity: { up: 200MB, down: 1G }", 6, "spec.capacity.up", ConfigurationErrorCodes.MalformedValue, "write bits per second with a unit")]
    [InlineData("device: eth0\n  capacity: { up: 200M }", 6, "spec.capacity.down", ConfigurationErrorCodes.MissingField, "write bits per second")]
    [InlineData("device: eth0\n  probes:\n  - { targets: [9.9.9.9], interval: 250 }", 7, "spec.probes[0].interval", ConfigurationErrorCodes.MalformedValue, "'250' is not understood; write a number with a unit")]
    [InlineData("device: eth0\n  probes:\n  - { targets: [9.9.9.9], interval: 1ms }", 7, "spec.probes[0].interval", ConfigurationErrorCodes.OutOfRange, "1ms is out of range; choose from 20ms to 1m")]
    [InlineData("device: eth0\n  probes:\n  - { targets: [9.9.9.9], timeout: 2h }", 7, "spec.probes[0].timeout", ConfigurationErrorCodes.OutOfRange, "2h is out of range")]
    [InlineData("device: eth0\n  probes:\n  - { targets: [9.9.9.9], lost: 0 }", 7, "spec.probes[0].lost", ConfigurationErrorCodes.OutOfRange, "0 is out of range; choose from 1 to 100")]
    [InlineData("device: eth0\n  probes:\n  - { targets: [9.9.9.9], lost: three }", 7, "spec.probes[0].lost", ConfigurationErrorCodes.MalformedValue, "write a whole number")]
    [InlineData("device: eth0\n  probes:\n  - { targets: [9.9.9.9], quorum: 2 }", 7, "spec.probes[0].quorum", ConfigurationErrorCodes.OutOfRange, "2 of 1 target(s) can never be alive")]
    [InlineData("device: eth0\n  probes:\n  - { targets: [9.9.9.9, 9.9.9.9] }", 7, "spec.probes[0].targets[1]", ConfigurationErrorCodes.DuplicateEntry, "'9.9.9.9' stands here for the second time")]
    [InlineData("device: eth0\n  probes:\n  - { kind: icmp }", 7, "spec.probes[0].targets", ConfigurationErrorCodes.MissingField, "at least one address that answers")]
    [InlineData("device: eth0\n  probes:\n  - { kind: bfd, targets: [9.9.9.9] }", 7, "spec.probes[0].kind", ConfigurationErrorCodes.NotSupported, "'bfd' are not supported; use icmp, tcp")]
    [InlineData("device: eth0\n  probes:\n  - { kind: tcp, targets: [\"portal.example:443\"], port: 1 }", 7, "spec.probes[0].targets[0]", ConfigurationErrorCodes.MalformedValue, "not a name")]
    [InlineData("device: eth0\n  probes:\n  - { kind: tcp, targets: [9.9.9.9] }", 7, "spec.probes[0].port", ConfigurationErrorCodes.MissingField, "a TCP probe needs a port")]
    [InlineData("device: eth0\n  probes:\n  - { kind: dns, targets: [9.9.9.9], port: 70000 }", 7, "spec.probes[0].port", ConfigurationErrorCodes.OutOfRange, "choose from 1 to 65535")]
    [InlineData("device: eth0\n  probes:\n  - { kind: icmp, targets: [9.9.9.9], port: 53 }", 7, "spec.probes[0].port", ConfigurationErrorCodes.Contradiction, "has no use for it")]
    [InlineData("device: eth0\n  probes:\n  - { kind: https, targets: [9.9.9.9] }", 7, "spec.probes[0].host", ConfigurationErrorCodes.MissingField, "the name that the certificate bears")]
    [InlineData("device: eth0\n  probes:\n  - { kind: http, targets: [9.9.9.9], path: health }", 7, "spec.probes[0].path", ConfigurationErrorCodes.OutOfRange, "begins with '/'")]
    [InlineData("device: eth0\n  probes:\n  - { kind: http, targets: [9.9.9.9], status: 20 }", 7, "spec.probes[0].status", ConfigurationErrorCodes.OutOfRange, "choose from 100 to 599")]
    [InlineData("device: eth0\n  probes:\n  - { kind: dns, targets: [9.9.9.9], query: a..b }", 7, "spec.probes[0].query", ConfigurationErrorCodes.OutOfRange, "a domain name")]
    [InlineData("device: eth0\n  probes:\n  - { kind: dns, targets: [9.9.9.9], body: x }", 7, "spec.probes[0].body", ConfigurationErrorCodes.Contradiction, "has no use for it")]
    [InlineData("device: eth0\n  probes:\n  - { kind: tcp, targets: [9.9.9.9], port: 1, dscp: 64 }", 7, "spec.probes[0].dscp", ConfigurationErrorCodes.OutOfRange, "choose from 0 to 63")]
    [InlineData("device: eth0\n  probes:\n  - { kind: icpm, targets: [9.9.9.9] }", 7, "spec.probes[0].kind", ConfigurationErrorCodes.MalformedValue, "write one of icmp")]
    [InlineData("device: wg0\n  over: fibre", 6, "spec.over", ConfigurationErrorCodes.UnknownReference, "there is no WanLink 'fibre'")]
    [InlineData("device: wg0\n  over: x", 6, "spec.over", ConfigurationErrorCodes.Circle, "carried by itself: x over x")]
    [InlineData("device: eth0\n  encrypted: maybe", 6, "spec.encrypted", ConfigurationErrorCodes.MalformedValue, "write one of no, yes")]
    [InlineData("device: eth0\n  probes: icmp", 6, "spec.probes", ConfigurationErrorCodes.MalformedValue, "a single value stands where fields are wanted")]
    [InlineData("device: eth0\n  mssClamp: 535", 6, "spec.mssClamp", ConfigurationErrorCodes.OutOfRange, "535 is out of range; choose from 536 to 65495")]
    [InlineData("device: eth0\n  mssClamp: none", 6, "spec.mssClamp", ConfigurationErrorCodes.MalformedValue, "write auto, off or a number of bytes")]
    [InlineData("device: eth0\n  mssClamp: 0", 6, "spec.mssClamp", ConfigurationErrorCodes.MalformedValue, "write auto, off or a number of bytes")]
    [InlineData("device: eth0\n  recovery: { good: 0 }", 6, "spec.recovery.good", ConfigurationErrorCodes.OutOfRange, "choose from 1 to 1000")]
    [InlineData("device: eth0\n  recovery: { holdDown: 20m }", 6, "spec.recovery.dampening.max", ConfigurationErrorCodes.Contradiction, "10m, is shorter than the shortest, 20m")]
    [InlineData("device: eth0\n  recovery: { dampening: { halflive: 60s } }", 6, "spec.recovery.dampening.halflive", ConfigurationErrorCodes.UnknownField, "did you mean 'halfLife'?")]
    public void Says_what_is_wrong_with_a_link(string spec, int line, string path, string code, string message) =>
        AssertReports(Head + "kind: WanLink\nmetadata: { name: x }\nspec:\n  " + spec, "WanLink/x", line, path, code, message);

    [Theory]
    [InlineData("window: 10s", 4, "spec", ConfigurationErrorCodes.MissingField, "the class asks nothing")]
    [InlineData("loss: 2", 5, "spec.loss", ConfigurationErrorCodes.MalformedValue, "write a percentage")]
    [InlineData("loss: { enter: 120% }", 5, "spec.loss.enter", ConfigurationErrorCodes.OutOfRange, "120% is out of range; choose from 0% to 100%")]
    [InlineData("loss: { leave: 1% }", 5, "spec.loss.enter", ConfigurationErrorCodes.MissingField, "write a percentage")]
    [InlineData("loss: { enter: 1%, leave: 2% }", 5, "spec.loss.leave", ConfigurationErrorCodes.InvertedLimit, "leave (2%) is above enter (1%)")]
    [InlineData("latency: { enter: 100ms, leave: 150ms }", 5, "spec.latency.leave", ConfigurationErrorCodes.InvertedLimit, "leave (150ms) is above enter (100ms)")]
    [InlineData("jitter: { enter: 20ms, leave: 30ms }", 5, "spec.jitter.leave", ConfigurationErrorCodes.InvertedLimit, "Make leave the smaller one")]
    [InlineData("latency: 0ms", 5, "spec.latency.enter", ConfigurationErrorCodes.OutOfRange, "0s is out of range")]
    [InlineData("latency: 100ms\n  window: 500ms", 6, "spec.window", ConfigurationErrorCodes.OutOfRange, "500ms is out of range; choose from 1s to 10m")]
    public void Says_what_is_wrong_with_an_SLA_class(string spec, int line, string path, string code, string message) =>
        AssertReports(Head + "kind: SlaClass\nmetadata: { name: x }\nspec:\n  " + spec, "SlaClass/x", line, path, code, message);

    [Theory]
    [InlineData("tiers: [{ links: [fibre] }]", 9, "spec.match", ConfigurationErrorCodes.EmptyMatch, "nothing is matched")]
    [InlineData("match: { dscp: ef }", 9, "spec.tiers", ConfigurationErrorCodes.MissingField, "there is no tier")]
    [InlineData("match: { dscp: ef }\n  tiers: [{ links: [fiber] }]", 11, "spec.tiers[0].links[0]", ConfigurationErrorCodes.UnknownReference, "there is no WanLink 'fiber'; did you mean 'fibre'?")]
    [InlineData("match: { dscp: ef }\n  tiers: [{ links: [fibre] }]\n  sla: voice", 12, "spec.sla", ConfigurationErrorCodes.UnknownReference, "there is no SlaClass 'voice'; none is declared")]
    [InlineData("match: { dscp: ef }\n  tiers:\n  - { links: [fibre] }\n  - { links: [fibre] }", 13, "spec.tiers[1].links[0]", ConfigurationErrorCodes.DuplicateEntry, "for the second time, after spec.tiers[0].links[0]")]
    [InlineData("match: { dscp: ef }\n  tiers:\n  - { links: [] }", 12, "spec.tiers[0].links", ConfigurationErrorCodes.MissingField, "the tier is empty")]
    [InlineData("match: { dscp: ef }\n  tiers:\n  - { links: [fibre], weights: { fiber: 2 } }", 12, "spec.tiers[0].weights.fiber", ConfigurationErrorCodes.UnknownReference, "not among the links of this tier; did you mean 'fibre'?")]
    [InlineData("match: { dscp: ef }\n  tiers:\n  - { links: [fibre], weights: { fibre: 0 } }", 12, "spec.tiers[0].weights.fibre", ConfigurationErrorCodes.OutOfRange, "choose from 1 to 1000")]
    [InlineData("match: { dscp: efg }\n  tiers: [{ links: [fibre] }]", 10, "spec.match.dscp", ConfigurationErrorCodes.MalformedValue, "a name: ef, va, cs1 to cs7, af11 to af43")]
    [InlineData("match: { dscp: 64 }\n  tiers: [{ links: [fibre] }]", 10, "spec.match.dscp[0]", ConfigurationErrorCodes.OutOfRange, "64 is out of range")]
    [InlineData("match: { dscp: [12, 12] }\n  tiers: [{ links: [fibre] }]", 10, "spec.match.dscp[1]", ConfigurationErrorCodes.DuplicateMatch, "DSCP 12 is claimed by association 'x' already")]
    [InlineData("match: { meshRoute: httpbin }\n  tiers: [{ links: [fibre] }]", 10, "spec.match.meshRoute", ConfigurationErrorCodes.MalformedValue, "no slash and needs two")]
    [InlineData("match: { meshRoute: { name: httpbin } }\n  tiers: [{ links: [fibre] }]", 10, "spec.match.meshRoute", ConfigurationErrorCodes.MalformedValue, "a mesh route is text")]
    [InlineData("match: { user: minion, dscp: ef }\n  tiers: [{ links: [fibre] }]", 10, "spec.match.user", ConfigurationErrorCodes.UnknownField, "there is no field 'user' here; known: meshRoute, flows, dscp")]
    [InlineData("match: { dscp: ef }\n  tiers: [{ links: [fibre] }]\n  onLinkDown: { udp: reset }", 12, "spec.onLinkDown.udp", ConfigurationErrorCodes.Contradiction, "UDP knows no reset")]
    [InlineData("match: { dscp: ef }\n  tiers: [{ links: [fibre] }]\n  onLinkDown: { tcp: rebind }", 12, "spec.onLinkDown.tcp", ConfigurationErrorCodes.Contradiction, "cannot change its address")]
    [InlineData("match: { dscp: ef }\n  tiers: [{ links: [fibre] }]\n  onNoLink: refuse", 12, "spec.onNoLink", ConfigurationErrorCodes.MalformedValue, "write one of pass, drop, unreachable")]
    [InlineData("match: { dscp: ef }\n  tiers: [{ links: [fibre] }]\n  failback: { mode: never, resetAfter: 30m }", 12, "spec.failback.resetAfter", ConfigurationErrorCodes.Contradiction, "there is none with mode: never")]
    [InlineData("match: { dscp: ef }\n  tiers: [{ links: [fibre] }]\n  failback: { resetAfter: 25h }", 12, "spec.failback.resetAfter", ConfigurationErrorCodes.OutOfRange, "25h is out of range; choose from 0s to 24h")]
    [InlineData("match: { dscp: ef }\n  tiers: [{ links: [fibre] }]\n  onBrownout: move", 12, "spec.onBrownout", ConfigurationErrorCodes.Contradiction, "give sla: NAME or remove onBrownout")]
    [InlineData("match: { dscp: ef }\n  tiers: [{ links: [fibre] }]\n  sticky: cookie", 12, "spec.sticky", ConfigurationErrorCodes.MalformedValue, "write one of none, source, destination, user, header:NAME")]
    [InlineData("match: { dscp: ef }\n  tiers: [{ links: [fibre] }]\n  sticky: \"header:\"", 12, "spec.sticky", ConfigurationErrorCodes.MissingField, "a header without a name")]
    [InlineData("match: { dscp: ef }\n  tiers: [{ links: [fibre] }]\n  criteria: { publicPrivate: private-only }", 12, "spec.criteria", ConfigurationErrorCodes.NoEligibleLink, "fibre: publicPrivate: it is public")]
    [InlineData("match: { dscp: ef }\n  tiers: [{ links: [fibre] }]\n  criteria: { bandwidth: { up: 20M, down: 20M } }", 12, "spec.criteria", ConfigurationErrorCodes.NoEligibleLink, "fibre: bandwidth: it states no capacity")]
    [InlineData("match: { flows: [{}] }\n  tiers: [{ links: [fibre] }]", 10, "spec.match.flows[0]", ConfigurationErrorCodes.EmptyMatch, "every session would be meant")]
    [InlineData("match: { flows: [{ destinations: [10.0.0.1/8] }] }\n  tiers: [{ links: [fibre] }]", 10, "spec.match.flows[0].destinations[0]", ConfigurationErrorCodes.MalformedValue, "whose host bits are zero")]
    [InlineData("match: { flows: [{ ports: [90-80] }] }\n  tiers: [{ links: [fibre] }]", 10, "spec.match.flows[0].ports[0]", ConfigurationErrorCodes.MalformedValue, "'90-80' is not understood; write a port such as 443")]
    [InlineData("match: { flows: [{ ports: [443], protocols: [icmp] }] }\n  tiers: [{ links: [fibre] }]", 10, "spec.match.flows[0].ports", ConfigurationErrorCodes.Contradiction, "none of the protocols (icmp) has ports")]
    [InlineData("match: { flows: [{ protocols: [tpc] }] }\n  tiers: [{ links: [fibre] }]", 10, "spec.match.flows[0].protocols[0]", ConfigurationErrorCodes.MalformedValue, "write tcp, udp, icmp")]
    [InlineData("match: { flows: [{ sni: [\"a*.example\"] }] }\n  tiers: [{ links: [fibre] }]", 10, "spec.match.flows[0].sni[0]", ConfigurationErrorCodes.MalformedValue, "or *.example.org for all below it")]
    [InlineData("match: { flows: [{ pods: [\"a*b\"] }] }\n  tiers: [{ links: [fibre] }]", 10, "spec.match.flows[0].pods[0]", ConfigurationErrorCodes.MalformedValue, "'*' at its end alone")]
    [InlineData("match: { flows: [{ users: [a, b] }, { users: [b, a] }] }\n  tiers: [{ links: [fibre] }]", 10, "spec.match.flows[1]", ConfigurationErrorCodes.DuplicateMatch, "flow 'users=a,b' is claimed by association 'x' already")]
    [InlineData("match: { dscp: ef }\n  tiers: [{ links: [fibre] }]\n  criteria: { encryption: required }", 12, "spec.criteria.encryption", ConfigurationErrorCodes.MalformedValue, "write one of either, encrypted-only")]
    [InlineData("match: { dscp: ef }\n  tiers: [{ links: [fibre] }]\n  tag: { dscp: 0 }", 12, "spec.tag.dscp", ConfigurationErrorCodes.OutOfRange, "0 is out of range")]
    [InlineData("tag: { sourcePorts: 32000 }\n  tiers: [{ links: [fibre] }]", 10, "spec.tag.sourcePorts", ConfigurationErrorCodes.OutOfRange, "32000 has 1 port(s), and a proxy without a free port fails its requests; choose at least 64")]
    [InlineData("tag: { sourcePorts: 60000-62000 }\n  tiers: [{ links: [fibre] }]", 10, "spec.tag.sourcePorts", ConfigurationErrorCodes.OutOfRange, "choose ports from 1024 to 60999")]
    [InlineData("tag: { sourcePorts: 33999-32000 }\n  tiers: [{ links: [fibre] }]", 10, "spec.tag.sourcePorts", ConfigurationErrorCodes.MalformedValue, "write a range of ports such as 33000-34999")]
    public void Says_what_is_wrong_with_an_association(string spec, int line, string path, string code, string message) =>
        AssertReports(
            Fibre + "---\n" + Head + "kind: WanAssociation\nmetadata: { name: x }\nspec:\n  " + spec + "\n",
            "WanAssociation/x",
            line,
            path,
            code,
            message);

    [Theory]
    [InlineData("apiVersion: wan.clovisor.io/v1\nkind: WanLink\n", 1, "apiVersion", ConfigurationErrorCodes.UnknownKind, "write wan.clovisor.io/v1alpha1")]
    [InlineData("apiVersion: wan.clovisr.io/v1alpha1\nkind: WanLink\n", 1, "apiVersion", ConfigurationErrorCodes.UnknownKind, "write wan.clovisor.io/v1alpha1")]
    [InlineData("kind: WanLink\n", 1, "apiVersion", ConfigurationErrorCodes.UnknownKind, "write wan.clovisor.io/v1alpha1")]
    [InlineData(Head + "kind: WanLnk\n", 2, "kind", ConfigurationErrorCodes.UnknownKind, "did you mean 'WanLink'?")]
    [InlineData(Head + "kind: SteeringPolicy\n", 2, "kind", ConfigurationErrorCodes.UnknownKind, "known: WanLink, SlaClass, WanAssociation")]
    [InlineData(Head + "metadata: { name: a }\n", 1, "kind", ConfigurationErrorCodes.MissingField, "write one of WanLink")]
    [InlineData(Head + "kind: WanLink\nspec: { device: eth0 }\n", 1, "metadata", ConfigurationErrorCodes.MissingField, "write metadata")]
    [InlineData(Head + "kind: WanLink\nmetadata: { name: a }\n", 1, "spec", ConfigurationErrorCodes.MissingField, "it holds the fields")]
    [InlineData(Head + "kind: WanLink\nmetadata: { name: Bad_Name }\nspec: { device: eth0 }\n", 3, "metadata.name", ConfigurationErrorCodes.InvalidName, "use 1 to 63 of a-z")]
    [InlineData("kind: [WanLink\n", 2, "", ConfigurationErrorCodes.Syntax, "not YAML")]
    [InlineData(Head + "kind: WanLink\nmetadata: *nowhere\n", 3, "", ConfigurationErrorCodes.Syntax, "there is no anchor '&nowhere'")]
    [InlineData(Fibre + "---\n" + Fibre, 8, "metadata.name", ConfigurationErrorCodes.DuplicateName, "'fibre' is the name of an earlier object")]
    [InlineData(Fibre + "---\n" + Head + "kind: WanLink\nmetadata: { name: dsl }\nspec: { device: eth0 }\n", 9, "spec.device", ConfigurationErrorCodes.DuplicateDevice, "'eth0' is the device of link 'fibre' already")]
    public void Says_what_is_wrong_with_a_document(string text, int line, string path, string code, string message) =>
        AssertReports(text, null, line, path, code, message);

    [Fact]
    public void Lists_every_error_of_every_text_in_order()
    {
        ConfigurationResult result = WanConfigurationReader.Read(
            new ConfigurationText("a.yaml", Head + "kind: WanLink\nmetadata: { name: a }\nspec: { device: eth0, roll: backup, probes: [{ targets: [x], interval: 1 }] }\n"),
            new ConfigurationText("b.yaml", Head + "kind: WanAssociation\nmetadata: { name: b }\nspec: { match: { dscp: ef, dcsp: 1 }, tiers: [{ links: [a, c] }], sla: d }\n"),
            new ConfigurationText("c.yaml", "}"));

        Assert.False(result.IsValid);
        Assert.Equal(
            [
                "a.yaml:4: WanLink/a: spec.probes[0].targets[0]: 'x' is not understood; write an address such as 192.0.2.1 or 2001:db8::1, not a name and without a prefix length. [CLV1106]",
                "a.yaml:4: WanLink/a: spec.probes[0].interval: '1' is not understood; write a number with a unit: 250ms, 10s, 1.5m, 1h. [CLV1106]",
                "a.yaml:4: WanLink/a: spec.roll: there is no field 'roll' here; did you mean 'role'? [CLV1103]",
                "b.yaml:4: WanAssociation/b: spec.match.dcsp: there is no field 'dcsp' here; did you mean 'dscp'? [CLV1103]",
                "b.yaml:4: WanAssociation/b: spec.tiers[0].links[1]: there is no WanLink 'c'; did you mean 'a'? [CLV1112]",
                "b.yaml:4: WanAssociation/b: spec.sla: there is no SlaClass 'd'; none is declared [CLV1112]",
            ],
            result.Errors.Take(6).Select(static error => error.ToString()));
        Assert.Equal(("c.yaml", ConfigurationErrorCodes.Syntax), (result.Errors[6].File, result.Errors[6].Code));
        Assert.Equal(7, result.Errors.Length);
    }

    [Fact]
    public void Ranges_of_source_ports_do_not_overlap()
    {
        string Association(string name, string ports) =>
            Head + $"kind: WanAssociation\nmetadata: {{ name: {name} }}\nspec: {{ tag: {{ sourcePorts: {ports} }}, tiers: [{{ links: [fibre] }}] }}\n";
        ConfigurationResult result = WanConfigurationReader.Read(new ConfigurationText(
            "a.yaml", string.Join("---\n", Fibre, Association("a", "32000-33999"), Association("b", "33999-35000"), Association("c", "34100-34200"), Association("d", "36000-36999"))));

        Assert.Equal(
            ["33999-35000 overlaps 32000-33999 of association 'a'", "34100-34200 overlaps 33999-35000 of association 'b'"],
            result.Errors.Select(static error => error.Message.Split(", so")[0]));
        Assert.All(result.Errors, static error => Assert.Equal(("spec.tag.sourcePorts", ConfigurationErrorCodes.DuplicateMatch), (error.Path, error.Code)));
    }

    [Fact]
    public void A_link_that_cannot_be_read_is_not_reported_as_missing_too()
    {
        ConfigurationResult result = WanConfigurationReader.Read(new ConfigurationText(
            "a.yaml",
            Head + "kind: WanLink\nmetadata: { name: a }\n---\n" + Head
            + "kind: WanAssociation\nmetadata: { name: b }\nspec: { match: { dscp: ef }, tiers: [{ links: [a] }] }\n"));

        ConfigurationError error = Assert.Single(result.Errors);
        Assert.Equal("spec", error.Path);
    }

    [Fact]
    public void Two_associations_on_one_route_are_refused()
    {
        ConfigurationResult result = WanConfiguration.Create(
            [new WanLink { Name = "fibre", Device = "eth0" }],
            [],
            [Association("a", "shop/httpbin/payments"), Association("b", "VirtualService:shop/httpbin/payments.*")]);

        ConfigurationError error = Assert.Single(result.Errors);
        Assert.Equal(ConfigurationErrorCodes.DuplicateMatch, error.Code);
        Assert.Equal(
            "WanAssociation/b: spec.match.meshRoute[0]: mesh route 'shop/httpbin/payments' is claimed by association 'a' already, "
            + "so it would be unclear whose links it takes; keep it in one place. [CLV1114]",
            error.ToString());
    }

    [Fact]
    public void Records_pass_the_same_checks_as_documents()
    {
        ConfigurationResult result = WanConfiguration.Create(
            [new WanLink { Name = "Fibre", Device = "eth0", Role = (LinkRole)7, Probes = [new() { Targets = [], Lost = 0 }] }], [], []);

        Assert.Equal(
            [ConfigurationErrorCodes.InvalidName, ConfigurationErrorCodes.OutOfRange, ConfigurationErrorCodes.OutOfRange, ConfigurationErrorCodes.OutOfRange],
            result.Errors.Select(static error => error.Code));
        Assert.Contains("metadata.name", new ConfigurationException(result.Errors).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void More_links_than_the_datapath_holds_are_refused()
    {
        ConfigurationResult result = WanConfiguration.Create(
            Enumerable.Range(0, 17).Select(static i => new WanLink { Name = $"l{i}", Device = $"eth{i}" }), [], []);

        Assert.Equal(ConfigurationErrorCodes.TooMany, Assert.Single(result.Errors).Code);
    }

    private static WanAssociation Association(string name, string route) =>
        new() { Name = name, MeshRoutes = [MeshRouteReference.Parse(route)], Tiers = [LinkTier.Of("fibre")] };

    private static void AssertReports(string text, string? subject, int line, string path, string code, string message)
    {
        ConfigurationResult result = WanConfigurationReader.Read(new ConfigurationText("wan.yaml", text));

        Assert.Null(result.Configuration);
        ConfigurationError? error = result.Errors.FirstOrDefault(error => error.Code == code && error.Path == path);
        Assert.True(error is not null, $"no error {code} at {path} in:\n{string.Join('\n', result.Errors)}");
        Assert.Equal(("wan.yaml", line), (error.File, error.Line!.Value));
        Assert.Equal(subject ?? error.Subject, error.Subject);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }
}
