using Clovisor.Istio.Serialization;

namespace Clovisor.Istio.Tests.Validation;

public sealed class OtherKindsTests
{
    [Theory]
    [InlineData("Gateway", "servers: []", "has at least one")]
    [InlineData("Gateway", "servers: [{port: {number: 80, name: a, protocol: HTP}, hosts: ['*']}]", "is not a protocol")]
    [InlineData("Gateway", "servers: [{port: {number: 80, protocol: HTTP}, hosts: ['*']}]", "port.name: is missing")]
    [InlineData("Gateway", "servers: [{hosts: ['*']}]", "port: is missing")]
    [InlineData("Gateway", "servers: [{port: {number: 80, name: a, protocol: HTTP}}]", "at least one host")]
    [InlineData("Gateway", "servers: [{port: {number: 80, name: a, protocol: HTTP}, hosts: [a/b/c]}]", "must be a host or namespace/host")]
    [InlineData("Gateway", "servers: [{port: {number: 443, name: a, protocol: HTTPS}, hosts: ['*']}]", "needs it")]
    [InlineData("Gateway", "servers: [{port: {number: 80, name: a, protocol: HTTP}, hosts: ['*'], tls: {mode: SIMPLE}}]", "except for httpsRedirect")]
    [InlineData("Gateway", "servers: [{port: {number: 80, name: a, protocol: HTTP}, hosts: ['*']}, {port: {number: 81, name: a, protocol: HTTP}, hosts: ['*']}]", "names must differ")]
    [InlineData("ServiceEntry", "ports: [{number: 80, name: a}]", "at least one host")]
    [InlineData("ServiceEntry", "hosts: ['*']", "cannot be *")]
    [InlineData("WorkloadEntry", "labels: {a: b}", "spec.address: is missing")]
    [InlineData("WorkloadEntry", "address: 'unix://var/x'", "absolute path")]
    [InlineData("WorkloadEntry", "address: 'unix:///x', ports: {a: 80}", "beside a unix socket")]
    [InlineData("WorkloadEntry", "address: '*.a.com'", "neither an address nor a host name")]
    [InlineData("WorkloadEntry", "address: 10.0.0.1/24", "neither an address nor a host name")]
    [InlineData("WorkloadEntry", "address: a.com, ports: {a: 0}", "must be 1 to 65535")]
    [InlineData("WorkloadEntry", "address: a.com, ports: {A_b: 80}", "DNS label")]
    [InlineData("WorkloadEntry", "address: a.com, labels: {'a b': c}", "not a valid label")]
    [InlineData("ServiceEntry", "hosts: [a.com], ports: [{number: 80, name: a}, {number: 80, name: b}]", "80 is given twice")]
    [InlineData("ServiceEntry", "hosts: [a.com], endpoints: [{address: 1.1.1.1}]", "use STATIC")]
    [InlineData("ServiceEntry", "hosts: ['*.a.com'], resolution: DNS", "cannot be looked up by name")]
    [InlineData("ServiceEntry", "hosts: [a.com], addresses: [x]", "neither an address nor a range")]
    [InlineData("ServiceEntry", "hosts: [a.com], resolution: STATC", "must be NONE")]
    [InlineData("Sidecar", "egress: [{hosts: [a]}]", "must be namespace/host")]
    [InlineData("Sidecar", "egress: [{hosts: ['*/*']}, {hosts: ['./*']}]", "only the last listener can")]
    [InlineData("Sidecar", "egress: [{port: {number: 1}, hosts: ['*/*']}, {port: {number: 1}, hosts: ['./*']}]", "another listener's port")]
    [InlineData("Sidecar", "outboundTrafficPolicy: {mode: ALLOW}", "must be REGISTRY_ONLY or ALLOW_ANY")]
    [InlineData("DestinationRule", "subsets: []", "host: is missing")]
    [InlineData("DestinationRule", "host: a, subsets: [{name: v1}, {name: v1}]", "given twice")]
    [InlineData("DestinationRule", "host: a, workloadSelector: {matchLabels: {a: b}}, exportTo: ['*']", "own namespace alone")]
    public void Refuses_what_the_webhook_refuses_and_says_why(string kind, string spec, string message) =>
        Assert.Contains(Errors(kind, spec), e => e.Contains(message, StringComparison.Ordinal));

    [Theory]
    [InlineData("Gateway", "servers: [{port: {number: 80, name: a, protocol: HTTP}, hosts: ['*', './a.com', '*/b.com', 'ns/*.c.com'], tls: {httpsRedirect: true}}]")]
    [InlineData("ServiceEntry", "hosts: ['*.a.com'], ports: [{number: 80, name: a, protocol: HTTP}], resolution: NONE, exportTo: ['~']")]
    [InlineData("WorkloadEntry", "address: A.com, weight: 0, locality: a/b/c/d, serviceAccount: s")]
    [InlineData("ServiceEntry", "hosts: [a.com], ports: [{number: 80, name: http}], resolution: STATIC, endpoints: [{address: 1.1.1.1, ports: {http: 8080}}]")]
    [InlineData("WorkloadEntry", "address: 'unix://@x'")]
    [InlineData("WorkloadEntry", "network: net-1, ports: {http: 80}")]
    [InlineData("Sidecar", "egress: [{port: {number: 1}, hosts: ['./a']}, {hosts: ['*/*', '~/*']}]")]
    [InlineData("DestinationRule", "host: '*.a.com', subsets: [{name: v1, labels: {version: v1}, trafficPolicy: {loadBalancer: {simple: RANDOM}}}]")]
    public void Accepts_what_the_webhook_accepts(string kind, string spec) => Assert.Empty(Errors(kind, spec));

    private static IEnumerable<string> Errors(string kind, string spec) =>
        IstioYaml.Read($"apiVersion: networking.istio.io/v1\nkind: {kind}\nmetadata: {{name: x, namespace: app}}\nspec: {{{spec}}}").Errors.Select(static e => e.ToString());
}
