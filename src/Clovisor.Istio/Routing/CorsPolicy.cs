using Clovisor.Istio.Matching;
using Clovisor.Istio.Resources;

namespace Clovisor.Istio.Routing;

/// <summary>
/// The cross-origin policy of a route, as Envoy applies it: to requests with an origin only. A preflight (<c>OPTIONS</c> with
/// <c>access-control-request-method</c>) of an allowed origin is answered by the proxy; one of another origin is forwarded,
/// unless the policy says to ignore it. Other requests go on, and the response to an allowed origin says so.
/// </summary>
internal sealed class CorsPolicy
{
    private readonly HttpCorsPolicy _policy;
    private readonly StringMatcher[] _origins;

    public CorsPolicy(HttpCorsPolicy policy)
    {
        _policy = policy;
        _origins = [.. policy.AllowOrigins.Select(StringMatcher.From)];
    }

    /// <summary>Says whether the proxy answers the request itself, with 200.</summary>
    public bool Answers(in RouteRequest request) =>
        IsPreflight(request) && Find(request, "origin") is { Length: > 0 } origin && (_policy.IgnoreUnmatchedPreflights || Allows(origin));

    /// <summary>Adds what the response to a request gets.</summary>
    public void AddTo(List<RouteHeader> response, in RouteRequest request, bool answered)
    {
        if (Find(request, "origin") is not { Length: > 0 } origin || !Allows(origin))
        {
            return;
        }

        Set(response, "access-control-allow-origin", origin);
        if (_policy.AllowCredentials == true)
        {
            Set(response, "access-control-allow-credentials", "true");
        }

        if (!answered)
        {
            Set(response, "access-control-expose-headers", string.Join(',', _policy.ExposeHeaders));
            return;
        }

        Set(response, "access-control-allow-methods", string.Join(',', _policy.AllowMethods));
        Set(response, "access-control-allow-headers", string.Join(',', _policy.AllowHeaders));
        Set(response, "access-control-max-age", _policy.MaxAge is { } age ? ((long)age.TotalSeconds).ToString(System.Globalization.CultureInfo.InvariantCulture) : "");
    }

    // An origin's condition is also tried on "*": a condition that fits it allows every origin.
    private bool Allows(string origin)
    {
        foreach (StringMatcher allowed in _origins)
        {
            if (allowed.IsMatch("*") || allowed.IsMatch(origin))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsPreflight(in RouteRequest request) =>
        request.Method == "OPTIONS" && Find(request, "access-control-request-method") is { Length: > 0 };

    private static string? Find(in RouteRequest request, string name)
    {
        foreach (RouteHeader header in request.Headers.Span)
        {
            if (header.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return header.Value;
            }
        }

        return null;
    }

    private static void Set(List<RouteHeader> headers, string name, string value)
    {
        if (value.Length > 0)
        {
            headers.RemoveAll(h => h.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
            headers.Add(new RouteHeader(name, value));
        }
    }
}
