namespace Clovisor.EdgeHost.Agent;

/// <summary>The parts of a request that the rules look at. Requests that agree in them are decided alike.</summary>
internal sealed record RuleFields
{
    public bool Method { get; init; }

    public bool Authority { get; init; }

    public bool Path { get; init; }

    public bool Query { get; init; }

    public bool Scheme { get; init; }

    /// <summary>Names of headers, lower case.</summary>
    public IReadOnlyList<string> Headers { get; init; } = [];

    /// <summary>Of rules that look at nothing: every request is decided alike.</summary>
    public static RuleFields None { get; } = new();
}
