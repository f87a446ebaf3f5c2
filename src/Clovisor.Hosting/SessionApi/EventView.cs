namespace Clovisor.Hosting.SessionApi;

/// <summary>A line of <c>GET /v1/events</c>.</summary>
internal sealed record EventView
{
    public required DateTimeOffset Time { get; init; }

    /// <summary>That of the datapath, or <c>lost</c>.</summary>
    public required string Kind { get; init; }

    public string? Protocol { get; init; }

    public string? Source { get; init; }

    public string? Destination { get; init; }

    public string? Association { get; init; }

    public string? Link { get; init; }

    public int? WirePort { get; init; }

    /// <summary>Why a packet was dropped.</summary>
    public string? Reason { get; init; }

    /// <summary>The index of the device where it was seen.</summary>
    public int? Interface { get; init; }

    /// <summary>Of <c>lost</c>: how many events this reader has not been told of.</summary>
    public long? Lost { get; init; }
}
