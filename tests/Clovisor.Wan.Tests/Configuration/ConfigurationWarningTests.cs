using Clovisor.Wan.Associations;
using Clovisor.Wan.Configuration;

namespace Clovisor.Wan.Tests.Configuration;

public sealed class ConfigurationWarningTests
{
    [Theory]
    [InlineData("user", "tag: { dscp: ef }", "user")]
    [InlineData("header:x-class", "tag: { sourcePorts: 33000-34999 }", "header")]
    [InlineData("user", "match: { dscp: [ef] }", "user")]
    [InlineData("source", "tag: { dscp: ef }", null)]
    [InlineData("user", "match: { meshRoute: [default/phone/calls] }", null)]
    public void Warns_of_a_key_that_tagged_sessions_do_not_show(string sticky, string match, string? unseen)
    {
        ConfigurationResult result = Read(sticky, match);

        Assert.True(result.IsValid, string.Join('\n', result.Errors));
        Assert.Equal(result.Warnings, result.Configuration.Warnings);
        if (unseen is null)
        {
            Assert.Empty(result.Warnings);
            return;
        }

        ConfigurationError warning = Assert.Single(result.Warnings);
        Assert.Equal((FindingSeverity.Warning, ConfigurationErrorCodes.StickyUnseen, "WanAssociation/calls", "spec.sticky", "wan.yaml", 11), (warning.Severity, warning.Code, warning.Subject, warning.Path, warning.File, warning.Line));
        Assert.Contains($"show no {unseen}", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Has_warnings_beside_errors()
    {
        ConfigurationResult result = Read("user", "tag: { dscp: 64 }");

        Assert.False(result.IsValid);
        Assert.Contains(result.Errors, error => error.Path == "spec.tag.dscp");
        Assert.All(result.Errors, error => Assert.Equal(FindingSeverity.Error, error.Severity));
        Assert.DoesNotContain(result.Errors, error => error.Code == ConfigurationErrorCodes.StickyUnseen);
    }

    [Theory]
    [InlineData("32768-60999", null)]
    [InlineData("33000-34999", null)]
    [InlineData("34000-60999", "33000 is not of the node's net.ipv4.ip_local_port_range, 34000-60999, and the kernel ignores it: a socket that is to keep to 33000-34999 gets its port from 34000-34999.")]
    [InlineData("32768-34000", "34999 is not of the node's net.ipv4.ip_local_port_range, 32768-34000, and the kernel ignores it: a socket that is to keep to 33000-34999 gets its port from 33000-34000.")]
    [InlineData("40000-50000", "33000 and 34999 is not of the node's net.ipv4.ip_local_port_range, 40000-50000, and the kernel ignores it: a socket that is to keep to 33000-34999 gets its port from 40000-50000.")]
    public void Warns_of_ports_that_the_kernel_keeps_no_socket_to(string local, string? message)
    {
        Assert.True(PortRange.TryParse(local, out PortRange range));

        ConfigurationError[] warnings = [.. NodePorts.Check(Read("none", "tag: { sourcePorts: 33000-34999 }").Configuration!, range)];

        Assert.Equal(message is null ? 0 : 1, warnings.Length);
        Assert.All(warnings, warning => Assert.StartsWith(message!, warning.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Reads_the_ports_of_this_machine()
    {
        string[] ends = File.ReadAllText("/proc/sys/net/ipv4/ip_local_port_range").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal($"{ends[0]}-{ends[1]}", NodePorts.Read()?.ToString());
    }

    private static ConfigurationResult Read(string sticky, string match) => WanConfigurationReader.Read(new ConfigurationText("wan.yaml", $$"""
        apiVersion: wan.clovisor.io/v1alpha1
        kind: WanLink
        metadata: { name: fibre }
        spec: { device: eth1 }
        ---
        apiVersion: wan.clovisor.io/v1alpha1
        kind: WanAssociation
        metadata: { name: calls }
        spec:
          {{match}}
          sticky: {{sticky}}
          tiers: [{ links: [fibre] }]
        """));
}
