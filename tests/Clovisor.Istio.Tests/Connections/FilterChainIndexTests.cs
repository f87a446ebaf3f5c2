using System.Net;
using Clovisor.Istio.Connections;
using CsCheck;

namespace Clovisor.Istio.Tests.Connections;

public sealed class FilterChainIndexTests
{
    private static readonly Gen<string[]> Names = Choice.Of("a.example.com", "*.example.com", "*.com", "b.example.com", "*.a.example.com").Array[0, 2];

    private static readonly Gen<string[]> Ranges = Choice.Of("10.0.0.0/8", "10.1.0.0/16", "10.1.2.3/32", "0.0.0.0/0", "fd00::/8").Array[0, 2];

    private static readonly Gen<FilterChain> Chains = Gen.Select(Names, Ranges, Choice.Of(0, 0, 0, 1, 2), static (names, ranges, kind) => new FilterChain
    {
        ServerNames = [.. names.Distinct()],
        Destinations = [.. ranges.Distinct().Select(IPNetwork.Parse)],
        IsPlainHttp = kind == 1,
        ApplicationProtocols = kind == 2 ? ["istio"] : [],
    });

    private static readonly Gen<ConnectionRequest> Requests = Gen.Select(
        Choice.Of("", "a.example.com", "x.a.example.com", "b.example.com", "q.com", "COM", "A.EXAMPLE.com"),
        Choice.Of("10.1.2.3", "10.1.9.9", "10.9.9.9", "1.1.1.1", "fd00::1", "::1", ""),
        Choice.Of(ConnectionProtocol.Tcp, ConnectionProtocol.Tls, ConnectionProtocol.Http),
        Gen.Bool,
        static (name, address, protocol, istio) => new ConnectionRequest
        {
            ServerName = name,
            Destination = address.Length == 0 ? null : IPAddress.Parse(address),
            Protocol = protocol,
            ApplicationProtocols = istio ? ConnectionRequest.IstioProtocols : default,
        });

    /// <summary>For all chains whose conditions differ and every connection the index finds what narrowing step by step finds.</summary>
    [Fact]
    public void The_index_finds_what_narrowing_finds() =>
        Gen.Select(Chains.Array[0, 12], Requests.Array[20]).Sample(static (chains, requests) =>
        {
            FilterChain[] distinct = [.. chains.DistinctBy(static c => c.Identity)];
            var listener = new ConnectionListener("0.0.0.0", 1, [.. distinct], defaultsApart: true);
            if (listener.IsRefused)
            {
                return;
            }

            foreach (ConnectionRequest request in requests)
            {
                Assert.Same(Narrow(distinct, request), listener.Find(request));
            }
        });

    private static FilterChain? Narrow(FilterChain[] chains, ConnectionRequest request)
    {
        FilterChain[] left = [.. chains.Where(static c => !c.IsDefault)];
        int best = request.Destination is { } to ? left.SelectMany(static c => c.Destinations).Where(d => d.Contains(to)).Select(static d => d.PrefixLength).DefaultIfEmpty(-1).Max() : -1;
        left = [.. left.Where(c => best < 0 ? c.Destinations.IsEmpty : c.Destinations.Any(d => d.PrefixLength == best && d.Contains(request.Destination!)))];
        string name = request.ServerName.ToLowerInvariant();
        string? chosen = left.SelectMany(static c => c.ServerNames).Where(n => n == name).FirstOrDefault()
            ?? left.SelectMany(static c => c.ServerNames).Where(n => n.StartsWith('*') && name.EndsWith(n[1..], StringComparison.Ordinal)).MaxBy(static n => n.Length);
        left = [.. left.Where(c => chosen is null ? c.ServerNames.IsEmpty : c.ServerNames.Contains(chosen))];
        FilterChain? http = request.Protocol == ConnectionProtocol.Http ? left.FirstOrDefault(static c => c.IsPlainHttp) : null;
        FilterChain? offered = left.FirstOrDefault(c => c.ApplicationProtocols.Contains("istio") && request.ApplicationProtocols.Length > 0);
        return http ?? offered ?? left.FirstOrDefault(static c => !c.IsPlainHttp && c.ApplicationProtocols.IsEmpty) ?? chains.FirstOrDefault(static c => c.IsDefault);
    }
}
