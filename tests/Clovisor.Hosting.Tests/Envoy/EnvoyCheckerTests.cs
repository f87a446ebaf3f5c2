using System.Net;
using Clovisor.Hosting.Envoy;
using Clovisor.Wan.Associations;

namespace Clovisor.Hosting.Tests.Envoy;

public sealed class EnvoyCheckerTests
{
    private static readonly EnvoySettings Settings = new() { Listen = new IPEndPoint(IPAddress.Loopback, 1), Upstream = new IPEndPoint(IPAddress.Loopback, 2) };

    public static TheoryData<string, EnvoyClass[]> Harmful { get; } = new()
    {
        { "overlap", [new("a", null, new PortRange(40_000, 40_999)), new("b", null, new PortRange(40_999, 42_000))] },
        { "a range that runs out fails requests", [new("a", null, new PortRange(40_000, 40_510))] },
        { "given twice", [new("a", 10), new("a", 12)] },
        { "neither DSCP nor source ports", [new("a")] },
        { "both have DSCP 10", [new("a", 10), new("b", 10, new PortRange(40_000, 40_999))] },
        { "a tag is 1 to 63", [new("a", 64)] },
        { "the kernel would take no notice", [new("a", null, new PortRange(20_000, 20_999))] },
        { "the kernel would take no notice", [new("a", null, new PortRange(60_000, 61_000))] },
        { "leave 32768-32999 of 32768-60999 to unclassified", [new("a", null, new PortRange(33_000, 60_999))] },
        { "has no name", [new("", 10)] },
    };

    [Theory]
    [MemberData(nameof(Harmful))]
    public void Classes_that_could_be_mixed_up_are_refused(string reason, EnvoyClass[] classes)
    {
        Assert.Contains(EnvoyChecker.Check([.. classes], Settings), fault => fault.Contains(reason, StringComparison.Ordinal));
        Assert.Throws<ArgumentException>(() => EnvoyConfiguration.Render(EnvoyMode.Report, new EnvoyRules { Classes = [.. classes] }, Settings));
    }

    [Fact]
    public void Good_classes_and_the_least_range_pass() =>
        Assert.Empty(EnvoyChecker.Check([new("a", 10, new PortRange(40_000, 40_511)), new("b", 10, new PortRange(40_512, 41_023)), new("c", 12)], Settings));

    [Fact]
    public void Unclassified_requests_keep_to_the_largest_run_of_ports_that_is_left()
    {
        Assert.Null(EnvoyChecker.Unclassified([new("a", 10)], Settings));
        Assert.Equal(new PortRange(41_000, 60_999), EnvoyChecker.Unclassified([new("a", 10, new PortRange(40_000, 40_999))], Settings));
        Assert.Equal(new PortRange(41_000, 49_999), EnvoyChecker.Unclassified([new("b", 10, new PortRange(50_000, 60_999)), new("a", 10, new PortRange(40_000, 40_999))], Settings));
    }

    [Theory]
    [InlineData("a: [{level: 1, name: 36, int_value: 33, state: STATE_PREBIND}]", "SO_MARK needs CAP_NET_ADMIN")]
    [InlineData("a: {socket_options: [{level: 41, name: 67, int_value: 184}]}", "IPV6_TCLASS fails on sockets of IPv4")]
    [InlineData("a: {level: 0, name: 1, state: STATE_BOUND}", "Use STATE_PREBIND")]
    [InlineData("a: {level: 0, name: 1, state: STATE_LISTENING}", "Use STATE_PREBIND")]
    [InlineData("a: {object_key: k, factory_key: envoy.string, shared_with_upstream: ONCE}", "Use envoy.hashable_string")]
    [InlineData("spec: {configPatches: [{applyTo: CLUSTER, match: {context: ANY, cluster: {subset: gold}}, patch: {operation: MERGE}}]}", "Name the service")]
    [InlineData("a: [", "not YAML")]
    public void What_a_real_envoy_takes_and_does_harm_with_is_refused(string yaml, string reason) =>
        Assert.Contains(reason, Assert.Single(EnvoyChecker.CheckYaml("# comment\n" + yaml)), StringComparison.Ordinal);

    [Theory]
    [InlineData("a: {extra_source_addresses: [{socket_options: {socket_options: [{level: 41, name: 67, int_value: 184, state: STATE_PREBIND}]}}]}")]
    [InlineData("a: {object_key: k, factory_key: envoy.hashable_string, shared_with_upstream: ONCE}")]
    [InlineData("a: {object_key: k, factory_key: envoy.string}")]
    [InlineData("spec: {configPatches: [{applyTo: CLUSTER, match: {cluster: {service: a.example.com}}, patch: {operation: MERGE}}]}")]
    [InlineData("spec: {configPatches: [{applyTo: CLUSTER, match: {context: ANY}, patch: {operation: ADD}}]}")]
    public void What_is_right_passes(string yaml) => Assert.Empty(EnvoyChecker.CheckYaml(yaml));
}
