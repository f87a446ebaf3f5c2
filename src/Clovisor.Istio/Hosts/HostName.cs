using System.Collections.Immutable;
using System.Net;

namespace Clovisor.Istio.Hosts;

/// <summary>Host names as Istio compares them: a name is a wildcard exactly when its first character is <c>*</c>, and then matches by suffix.</summary>
internal static class HostName
{
    public static bool IsWildcard(string host) => host.StartsWith('*');

    /// <summary>Says whether the two have a name in common. Symmetric.</summary>
    public static bool Matches(string a, string b) => (IsWildcard(a), IsWildcard(b)) switch
    {
        // Two suffixes overlap when one ends with the other.
        (true, true) => a.Length > b.Length ? a.EndsWith(b[1..], StringComparison.Ordinal) : b.EndsWith(a[1..], StringComparison.Ordinal),
        (true, false) => b.EndsWith(a[1..], StringComparison.Ordinal),
        (false, true) => a.EndsWith(b[1..], StringComparison.Ordinal),
        _ => a == b,
    };

    /// <summary>Says whether every name of <paramref name="host"/> is one of <paramref name="other"/>.</summary>
    public static bool IsSubsetOf(string host, string other) => (IsWildcard(host), IsWildcard(other)) switch
    {
        (true, true) => host.Length >= other.Length && host[1..].EndsWith(other[1..], StringComparison.Ordinal),
        (true, false) => false,
        (false, true) => host.EndsWith(other[1..], StringComparison.Ordinal),
        _ => host == other,
    };

    /// <summary>Gets, for every pair that overlaps, the more specific of the two.</summary>
    public static List<string> Intersect(IEnumerable<string> hosts, ImmutableArray<string> others)
    {
        var result = new List<string>();
        foreach (string host in hosts)
        {
            foreach (string other in others)
            {
                string? specific = IsSubsetOf(host, other) ? host : IsSubsetOf(other, host) ? other : null;
                if (specific is not null && !result.Contains(specific))
                {
                    result.Add(specific);
                }
            }
        }

        return result;
    }

    /// <summary>Orders names before wildcards, then the longer first, then by alphabet.</summary>
    public static int CompareSpecificity(string a, string b)
    {
        int byKind = IsWildcard(a).CompareTo(IsWildcard(b));
        int byLength = byKind != 0 ? byKind : b.Length.CompareTo(a.Length);
        return byLength != 0 ? byLength : string.CompareOrdinal(a, b);
    }

    /// <summary>Completes a name without dots with the namespace of the object that holds it. <c>reviews.prod</c> has a dot: it is a full name.</summary>
    public static string Complete(string host, string scope, string clusterDomain) =>
        host.Length == 0 || IsWildcard(host) || host.Contains('.', StringComparison.Ordinal) || IPAddress.TryParse(host, out _)
            ? host
            : $"{host}.{scope}.svc.{clusterDomain}";

    /// <summary>Completes a gateway's name to <c>namespace/name</c>; <c>mesh</c> stays.</summary>
    public static string CompleteGateway(string gateway, string scope)
    {
        if (gateway == "mesh")
        {
            return gateway;
        }

        if (gateway.Contains('/', StringComparison.Ordinal))
        {
            return gateway.StartsWith("./", StringComparison.Ordinal) ? $"{scope}{gateway[1..]}" : gateway;
        }

        // The form of old: the gateway's name as a service's, gw.ns or gw.ns.svc.cluster.local.
        string[] parts = gateway.Split('.');
        return parts.Length > 1 ? $"{parts[1]}/{parts[0]}" : $"{scope}/{gateway}";
    }
}
