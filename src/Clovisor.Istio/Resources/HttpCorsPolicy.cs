using System.Collections.Immutable;

namespace Clovisor.Istio.Resources;

/// <summary>A cross-origin policy: which preflights the proxy answers, and what responses say of the origin.</summary>
public sealed record HttpCorsPolicy
{
    /// <summary>Gets the origins that are allowed.</summary>
    public ImmutableArray<StringMatch> AllowOrigins { get; init; } = [];

    /// <summary>Gets the methods that are allowed.</summary>
    public ImmutableArray<string> AllowMethods { get; init; } = [];

    /// <summary>Gets the request headers that are allowed.</summary>
    public ImmutableArray<string> AllowHeaders { get; init; } = [];

    /// <summary>Gets the response headers that scripts may read.</summary>
    public ImmutableArray<string> ExposeHeaders { get; init; } = [];

    /// <summary>Gets how long a preflight may be cached, or null.</summary>
    public TimeSpan? MaxAge { get; init; }

    /// <summary>Gets whether credentials are allowed, or null when not said.</summary>
    public bool? AllowCredentials { get; init; }

    /// <summary>Gets a value indicating whether preflights of other origins are answered by the proxy instead of forwarded.</summary>
    public bool IgnoreUnmatchedPreflights { get; init; }
}
