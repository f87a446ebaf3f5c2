using System.Collections.Immutable;
using System.Net;
using Clovisor.Istio.Resources;
using Clovisor.Istio.Routing;

namespace Clovisor.Istio.Connections;

/// <summary>One way through a listener: which connections take it, and where they go.</summary>
/// <remarks>Immutable; may be shared between threads.</remarks>
public sealed class FilterChain
{
    internal FilterChain()
    {
    }

    /// <summary>Gets the server names that a client may ask for, in lower case; a star as first label covers any number of labels. Empty for any, or none.</summary>
    public ImmutableArray<string> ServerNames { get; internal init; } = [];

    /// <summary>Gets the ranges that the connection's address must be in; empty for any.</summary>
    public ImmutableArray<IPNetwork> Destinations { get; internal init; } = [];

    /// <summary>Gets the application protocols of which the client must offer one over TLS; empty for any.</summary>
    public ImmutableArray<string> ApplicationProtocols { get; internal init; } = [];

    /// <summary>Gets a value indicating whether only plain HTTP takes the chain.</summary>
    public bool IsPlainHttp { get; internal init; }

    /// <summary>Gets the clusters, one of which gets the connection by weight. Empty where HTTP routes decide, or nothing gets it.</summary>
    public ImmutableArray<RouteDestination> Clusters { get; internal init; } = [];

    /// <summary>Gets the name of the route table that decides by each request, or an empty string.</summary>
    public string RouteTable { get; internal init; } = "";

    /// <summary>Gets the VirtualService whose rule it is, or null.</summary>
    public ObjectKey? VirtualService { get; internal init; }

    /// <summary>Gets the index of the <c>tls</c> or <c>tcp</c> rule in <see cref="VirtualService"/>, from 0, or -1.</summary>
    public int RuleIndex { get; internal init; } = -1;

    /// <summary>Gets the index of the match in the rule, from 0; -1 for a rule without matches, and where the ranges of several were joined.</summary>
    public int MatchIndex { get; internal init; } = -1;

    /// <summary>Gets the file and line of the rule.</summary>
    public SourceLocation Source { get; internal init; }

    /// <summary>Gets why a connection that takes the chain goes where it goes.</summary>
    public ConnectionReason Reason { get; internal init; }

    /// <summary>Gets a value indicating whether every connection fits.</summary>
    public bool IsDefault => ServerNames.IsEmpty && Destinations.IsEmpty && ApplicationProtocols.IsEmpty && !IsPlainHttp;

    /// <summary>Gets what two chains of a listener must not have in common.</summary>
    internal string Identity =>
        $"{string.Join(",", Destinations.Select(static d => d.ToString()).Order(StringComparer.Ordinal))}|{string.Join(",", ServerNames.Order(StringComparer.Ordinal))}|{string.Join(",", ApplicationProtocols)}|{IsPlainHttp}";

    /// <summary>Gets each combination of conditions by which the chain is found. Two chains of a listener must have none in common.</summary>
    internal IEnumerable<string> Conditions =>
        from destination in Destinations.IsEmpty ? [""] : Destinations.Select(static d => d.ToString())
        from name in ServerNames.IsEmpty ? [""] : ServerNames
        from protocol in ApplicationProtocols.IsEmpty ? [IsPlainHttp ? "http" : ""] : ApplicationProtocols
        select $"{destination}|{name}|{protocol}";

    /// <summary>Describes the chain's conditions.</summary>
    /// <returns>Text such as <c>server name a.example.com, to 10.0.0.0/8</c>.</returns>
    public string DescribeMatch()
    {
        var parts = new List<string>();
        if (!ServerNames.IsEmpty)
        {
            parts.Add($"server name {string.Join(" or ", ServerNames)}");
        }

        if (!Destinations.IsEmpty)
        {
            parts.Add($"to {string.Join(" or ", Destinations)}");
        }

        if (IsPlainHttp)
        {
            parts.Add("plain HTTP");
        }

        if (!ApplicationProtocols.IsEmpty)
        {
            parts.Add($"application protocol {string.Join(" or ", ApplicationProtocols)}");
        }

        return parts.Count == 0 ? "any connection" : string.Join(", ", parts);
    }
}
