namespace Clovisor.Istio.Routing;

/// <summary>The proxy answers with another location.</summary>
public sealed record RedirectAction : RouteAction
{
    /// <summary>Gets the status code: 301, 302, 303, 307 or 308.</summary>
    public required int Status { get; init; }

    /// <summary>Gets the new path, or an empty string to keep it.</summary>
    public string Path { get; init; } = "";

    /// <summary>Gets what replaces the matched prefix, or null.</summary>
    public string? PrefixRewrite { get; init; }

    /// <summary>Gets the new host, or an empty string to keep it.</summary>
    public string Host { get; init; } = "";

    /// <summary>Gets the new scheme, or an empty string to keep it.</summary>
    public string Scheme { get; init; } = "";

    /// <summary>Gets the new port; 0 for none.</summary>
    public int Port { get; init; }
}
