namespace Clovisor.Istio.Resources;

/// <summary>A redirect that the proxy answers with.</summary>
public sealed record HttpRedirect
{
    /// <summary>Gets the new path, or an empty string to keep it. The request's query stays unless this has one.</summary>
    public string Uri { get; init; } = "";

    /// <summary>Gets what replaces the matched prefix, or null.</summary>
    public string? PrefixRewrite { get; init; }

    /// <summary>Gets the new authority, or an empty string to keep it.</summary>
    public string Authority { get; init; } = "";

    /// <summary>Gets the new scheme, or an empty string to keep it.</summary>
    public string Scheme { get; init; } = "";

    /// <summary>Gets the new port; 0 for none.</summary>
    public int Port { get; init; }

    /// <summary>Gets where the port comes from instead, or null when not said.</summary>
    public RedirectPortSource? DerivePort { get; init; }

    /// <summary>Gets the status code; 0 stands for 301.</summary>
    public int Code { get; init; }
}
