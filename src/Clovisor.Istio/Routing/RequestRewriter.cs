using System.Runtime.CompilerServices;
using Clovisor.Istio.Matching;
using Clovisor.Istio.Re2;
using Clovisor.Istio.Resources;

namespace Clovisor.Istio.Routing;

/// <summary>What becomes of paths and locations, by Envoy's rules.</summary>
internal static class RequestRewriter
{
    // Beside the rewrite and not in it: two rewrites that say the same are equal.
    private static readonly ConditionalWeakTable<PathRewrite, Re2Expression> Expressions = [];

    public static string RewritePath(string target, PathMatcher matched, PathRewrite rewrite)
    {
        string path = RequestTarget.PathOf(target).ToString();
        string query = target[path.Length..];
        return rewrite.Pattern is not null
            ? Expressions.GetValue(rewrite, static r => Re2Expression.Parse(r.Pattern!)).Replace(path, rewrite.Substitution!) + query
            : ReplacePrefix(path, matched, rewrite.Prefix!) + query;
    }

    public static string Location(in RouteRequest request, string authority, string target, PathMatcher matched, RedirectAction redirect)
    {
        ReadOnlySpan<char> forwarded = RequestTarget.SchemeOf(request);
        string scheme = redirect.Scheme.Length > 0 ? redirect.Scheme : forwarded.ToString();
        string port = redirect.Port > 0 ? $":{redirect.Port}" : "";
        string host = redirect.Host.Length > 0 ? redirect.Host : HostOf(authority, scheme, forwarded, port.Length > 0);
        string path = RequestTarget.PathOf(target).ToString();
        string query = target[path.Length..];
        string location = redirect switch
        {
            { PrefixRewrite: { } prefix } => ReplacePrefix(path, matched, prefix) + query,
            { Path.Length: 0 } => target,

            // A path with a query of its own replaces the request's.
            _ => redirect.Path.Contains('?', StringComparison.Ordinal) ? redirect.Path : redirect.Path + query,
        };
        return $"{scheme}://{host}{port}{(location.StartsWith('/') ? "" : "/")}{location}";
    }

    // The matched prefix is what goes; a match that is not by prefix has matched the whole path.
    private static string ReplacePrefix(string path, PathMatcher matched, string replacement) =>
        matched.Kind == StringMatchKind.Prefix ? replacement + path[Math.Min(path.Length, matched.Value.Length)..] : replacement;

    // The client's port goes where another one is written, or where it was the default of a scheme that changes.
    private static string HostOf(string authority, string scheme, ReadOnlySpan<char> forwarded, bool newPort)
    {
        int colon = authority.StartsWith('[') ? authority.LastIndexOf("]:", StringComparison.Ordinal) + 1 : authority.LastIndexOf(':');
        if (colon <= 0)
        {
            return authority;
        }

        string port = authority[colon..];
        bool defaultOfOther = !forwarded.SequenceEqual(scheme) &&
            ((forwarded.SequenceEqual("https") && port == ":443") || (forwarded.SequenceEqual("http") && port == ":80"));
        return newPort || defaultOfOther ? authority[..colon] : authority;
    }
}
