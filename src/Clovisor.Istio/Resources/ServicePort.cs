namespace Clovisor.Istio.Resources;

/// <summary>A port of a service, a gateway or a sidecar.</summary>
public sealed record ServicePort
{
    /// <summary>Gets the number, 1 to 65535; 0 when not given.</summary>
    public int Number { get; init; }

    /// <summary>Gets the name, or an empty string.</summary>
    public string Name { get; init; } = "";

    /// <summary>Gets the protocol as written, such as <c>HTTP</c>, or an empty string.</summary>
    public string Protocol { get; init; } = "";

    /// <summary>Gets the port of the pods that a service's port leads to; 0 when it is the same, or given by name.</summary>
    public int TargetPort { get; init; }

    /// <summary>Gets the name of the pods' port that a service's port leads to, or an empty string.</summary>
    public string TargetPortName { get; init; } = "";
}
