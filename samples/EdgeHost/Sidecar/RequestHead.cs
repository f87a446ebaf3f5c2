using Clovisor.EdgeHost.Agent;

namespace Clovisor.EdgeHost.Sidecar;

/// <summary>The part of a request by which rules may decide, exactly as it came.</summary>
/// <param name="Target">Path and query, undecoded.</param>
internal sealed record RequestHead(string Method, string Scheme, string Authority, string Target, IHeaderDictionary Headers)
{
    public static RequestHead Of(HttpContext context) => new(
        context.Request.Method,
        context.Request.Scheme,
        context.Request.Host.Value ?? "",
        context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()?.RawTarget is { Length: > 0 } target and not "*"
            ? OriginForm(target)
            : context.Request.Path + context.Request.QueryString,
        context.Request.Headers);

    public ReadOnlySpan<char> Path => Target.AsSpan(0, Target.IndexOf('?', StringComparison.Ordinal) is >= 0 and var mark ? mark : Target.Length);

    public ReadOnlySpan<char> Query => Target.AsSpan()[Path.Length..];

    /// <summary>The values of those headers that rules look at; a header that is absent is left out, a repeated one is there as often.</summary>
    public IReadOnlyList<HeaderValue> Pick(IReadOnlyList<string> names) =>
    [
        .. from name in names
           where Headers.ContainsKey(name)
           from value in Headers[name]
           select new HeaderValue(name, value ?? ""),
    ];

    /// <summary>A client may name scheme and host in its request line; a rule's path begins after them.</summary>
    private static string OriginForm(string target)
    {
        int authority = target.StartsWith('/') ? -1 : target.IndexOf("://", StringComparison.Ordinal);
        if (authority < 0)
        {
            return target;
        }

        int path = target.IndexOf('/', authority + 3);
        return path < 0 ? "/" : target[path..];
    }
}
