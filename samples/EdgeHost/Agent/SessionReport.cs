namespace Clovisor.EdgeHost.Agent;

/// <summary>A connection that is about to be made, with the head of the request it is made for.</summary>
/// <param name="Protocol"><c>tcp</c>.</param>
/// <param name="Source">The proxy's own address and port, bound already.</param>
/// <param name="Destination">The address and port that it will call.</param>
internal sealed record SessionReport(string Protocol, string Source, string Destination)
{
    public string? Method { get; init; }

    public string? Scheme { get; init; }

    public string? Authority { get; init; }

    public string? Path { get; init; }

    /// <summary>Only those that the rules look at: the rest is nobody's business.</summary>
    public IReadOnlyList<HeaderValue>? Headers { get; init; }
}
