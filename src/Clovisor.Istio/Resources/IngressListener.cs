namespace Clovisor.Istio.Resources;

/// <summary>One ingress listener of a <see cref="Sidecar"/>. Carried as data: no rule is evaluated for what comes in.</summary>
public sealed record IngressListener
{
    /// <summary>Gets the port, or null when it is missing.</summary>
    public ServicePort? Port { get; init; }

    /// <summary>Gets the address the listener is bound to, or an empty string.</summary>
    public string Bind { get; init; } = "";

    /// <summary>Gets where the workload listens, such as <c>127.0.0.1:8080</c> or <c>unix:///path</c>, or an empty string.</summary>
    public string DefaultEndpoint { get; init; } = "";
}
