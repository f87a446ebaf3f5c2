using System.Text.Json.Serialization;

namespace Clovisor.Hosting.SessionApi;

/// <summary>A session and the head of the request that opened it, as a proxy reports them.</summary>
internal sealed record SessionReport
{
    public string? Protocol { get; init; }

    public string? Source { get; init; }

    public string? Destination { get; init; }

    /// <summary>The port whose route table is asked: at a sidecar the destination's, which is the default; at a gateway the listener's.</summary>
    public int? ListenerPort { get; init; }

    /// <summary>The server name that the client asked for, in place of a head, where TLS is handed on.</summary>
    public string? Sni { get; init; }

    public string? Method { get; init; }

    public string? Scheme { get; init; }

    public string? Authority { get; init; }

    public string? Path { get; init; }

    [JsonConverter(typeof(ReportHeadersConverter))]
    public IReadOnlyList<ReportHeader>? Headers { get; init; }
}

internal readonly record struct ReportHeader(string Name, string Value);

internal sealed record SessionBatch(IReadOnlyList<SessionReport>? Sessions);

/// <summary>What became of a report. A null association: the route that matched belongs to none, the session goes as the node's routes say.</summary>
internal sealed record SessionAnswer
{
    public string? Association { get; init; }

    public string? Link { get; init; }

    /// <summary>What of an earlier report or packet goes on deciding: see <see cref="Kept"/>. Null: nothing does.</summary>
    public Kept? Keeps { get; init; }

    public string? Route { get; init; }

    public required long Revision { get; init; }

    /// <summary>Only in the answer to a batch: why this one was refused.</summary>
    public IReadOnlyList<ApiError>? Errors { get; init; }
}

internal sealed record SessionBatchAnswer(IReadOnlyList<SessionAnswer> Sessions);

internal sealed record ApiError(string Field, string Message);

internal sealed record ApiErrors(IReadOnlyList<ApiError> Errors);

internal sealed record SessionView
{
    public required string Protocol { get; init; }

    public required string Source { get; init; }

    public required string Destination { get; init; }

    public string? Association { get; init; }

    public string? Link { get; init; }

    /// <summary>Why it is not where a new session of its last report would be. Null: it is.</summary>
    public Kept? Keeps { get; init; }

    public string? Route { get; init; }

    public string? TranslatedSource { get; init; }

    /// <summary>How its addresses relate to its link: translated, preserved or paired; null until its first packet has taken one.</summary>
    public string? Addressing { get; init; }

    /// <summary>The destination of a paired session on the wire; source and destination are its home addresses.</summary>
    public string? TranslatedDestination { get; init; }

    /// <summary>The site at the far end of a paired session.</summary>
    public string? Peer { get; init; }

    /// <summary>The link whose addresses a paired session has at its ends.</summary>
    public string? HomeLink { get; init; }

    public long BytesOut { get; init; }

    public long BytesIn { get; init; }
}

internal sealed record SessionList(IReadOnlyList<SessionView> Sessions);

internal sealed record LinkView
{
    public required string Name { get; init; }

    public required string Device { get; init; }

    public required string State { get; init; }

    public DateTimeOffset? Since { get; init; }

    public string? Reason { get; init; }

    public IReadOnlyList<string> NextHops { get; init; } = [];

    public IReadOnlyList<string> Sources { get; init; } = [];

    /// <summary>How the addresses of sessions relate to it: translated, preserved or paired.</summary>
    public string Addressing { get; init; } = "";

    /// <summary>The site at the far end of a paired link; null for others.</summary>
    public string? Peer { get; init; }

    public IReadOnlyList<TargetView> Targets { get; init; } = [];
}

internal sealed record TargetView
{
    public required string Address { get; init; }

    public bool Alive { get; init; }

    /// <summary>Lost share of the probes in the window, 0 to 1.</summary>
    public double? Loss { get; init; }

    public double? LatencyMs { get; init; }

    public double? JitterMs { get; init; }

    public string? Error { get; init; }
}

internal sealed record AssociationView(string Name, IReadOnlyList<string> Links);

internal sealed record LinkList(IReadOnlyList<LinkView> Links, IReadOnlyList<AssociationView> Associations);

internal sealed record FieldsView
{
    public bool Method { get; init; }

    public bool Authority { get; init; }

    public bool Path { get; init; }

    public bool Query { get; init; }

    public bool Scheme { get; init; }

    public IReadOnlyList<string> Headers { get; init; } = [];
}

/// <summary>What a reporter needs to know of the rules: which request fields decide, and a number that changes with every change of the rules.</summary>
internal sealed record RulesView(long Revision, FieldsView Fields, long Reports);

internal sealed record ExplainView
{
    public required long Revision { get; init; }

    public string? Route { get; init; }

    public string? Association { get; init; }

    public IReadOnlyList<string> Links { get; init; } = [];

    public required string Text { get; init; }
}

internal sealed record HealthView(string Status, bool Ready, IReadOnlyList<PartView> Parts);

internal sealed record PartView(string Name, string Status, IReadOnlyList<string> Reasons, IReadOnlyList<string> Warnings);
