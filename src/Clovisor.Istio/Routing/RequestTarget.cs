using System.Buffers;
using Clovisor.Istio.Matching;
using Clovisor.Istio.Resources;

namespace Clovisor.Istio.Routing;

/// <summary>Takes a request target apart without copying it.</summary>
internal static class RequestTarget
{
    // All of ASCII that can be seen, and no blank.
    private static readonly SearchValues<char> Allowed = SearchValues.Create([.. Enumerable.Range('!', '~' - '!' + 1).Select(static c => (char)c)]);

    /// <summary>
    /// Reduces a target to path and query. An absolute one (<c>http://host/path</c>) brings its own authority. A fragment is cut
    /// off or not allowed. False: the proxy answers 400, as it does to characters that no target can hold.
    /// </summary>
    public static bool TrySplit(ref ReadOnlySpan<char> target, ref ReadOnlySpan<char> authority, bool stripFragment)
    {
        if (target.ContainsAnyExcept(Allowed))
        {
            return false;
        }

        if (target.Length > 0 && target[0] != '/' && target.IndexOf("://") is > 0 and var colon)
        {
            ReadOnlySpan<char> scheme = target[..colon];
            if (!scheme.Equals("http", StringComparison.OrdinalIgnoreCase) && !scheme.Equals("https", StringComparison.OrdinalIgnoreCase))
            {
                return false;
            }

            ReadOnlySpan<char> rest = target[(colon + 3)..];
            int end = rest.IndexOfAny("/?#");
            authority = end < 0 ? rest : rest[..end];
            authority = authority[(authority.LastIndexOf('@') + 1)..];
            target = end < 0 ? "/" : rest[end..];
        }

        int fragment = target.IndexOf('#');
        if (fragment >= 0)
        {
            if (!stripFragment)
            {
                return false;
            }

            target = target[..fragment];
        }

        return target.Length > 0 && target[0] == '/' && !authority.IsEmpty;
    }

    public static ReadOnlySpan<char> PathOf(ReadOnlySpan<char> target) => target.IndexOf('?') is >= 0 and var question ? target[..question] : target;

    /// <summary>Writes the normalised path and the query as it is.</summary>
    public static int Normalize(ReadOnlySpan<char> target, Span<char> result, PathNormalization mode)
    {
        ReadOnlySpan<char> path = PathOf(target);
        int length = PathNormalizer.Normalize(path, result, mode);
        target[path.Length..].CopyTo(result[length..]);
        return length + target.Length - path.Length;
    }

    /// <summary>Says whether the request came in by https as far as a host that demands it can see: unlike the scheme, the forwarded protocol must be written in lower case.</summary>
    public static bool IsForwardedByTls(in RouteRequest request)
    {
        if (!string.IsNullOrEmpty(request.Scheme))
        {
            return request.Scheme == "https";
        }

        foreach (RouteHeader header in request.Headers.Span)
        {
            if (header.Name.Equals("x-forwarded-proto", StringComparison.OrdinalIgnoreCase))
            {
                return header.Value == "https";
            }
        }

        return false;
    }

    /// <summary>Gets the scheme: what the request says, else what a proxy before this one said, else <c>http</c>.</summary>
    public static ReadOnlySpan<char> SchemeOf(in RouteRequest request)
    {
        if (!string.IsNullOrEmpty(request.Scheme))
        {
            return request.Scheme;
        }

        foreach (RouteHeader header in request.Headers.Span)
        {
            if (header.Name.Equals("x-forwarded-proto", StringComparison.OrdinalIgnoreCase))
            {
                return header.Value.Equals("https", StringComparison.OrdinalIgnoreCase) ? "https" : "http";
            }
        }

        return "http";
    }
}
