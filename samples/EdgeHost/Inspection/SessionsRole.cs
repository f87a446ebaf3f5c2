using Clovisor.EdgeHost.Agent;
using Clovisor.EdgeHost.CommandLine;
using Clovisor.EdgeHost.Transport;
using Clovisor.EdgeHost.Views;

namespace Clovisor.EdgeHost.Inspection;

/// <summary>The sessions in the kernel; those that move most first when they are watched.</summary>
internal static class SessionsRole
{
    // Title, headings, frame, the line about the rest, and the table of sums with as many lines of its own.
    private const int OtherLines = 16;

    public static IReadOnlyList<Option> Options { get; } =
    [
        AgentQuestion.Socket, AgentQuestion.Json, AgentQuestion.Watch, AgentQuestion.Interval,
        new("--association", "NAME", "only those of this association; 'none' for those without"),
        new("--link", "NAME", "only those on this link; 'none' for those without"),
    ];

    public static async Task<int> RunAsync(Arguments arguments, CancellationToken cancellationToken)
    {
        using AgentQuestion agent = new(arguments);
        Dictionary<string, long> before = [];
        long asked = 0;
        async Task<IReadOnlyList<AgentSession>> AskAsync() =>
            [.. (await agent.AskAsync("/v1/sessions", EdgeJson.Default.AgentSessionList, cancellationToken).ConfigureAwait(false)).Sessions.Where(Wanted)];
        bool Wanted(AgentSession session) => Fits(arguments.Find("--association"), session.Association) && Fits(arguments.Find("--link"), session.Link);

        await agent.ShowAsync(
            async () => System.Text.Json.JsonSerializer.Serialize(new AgentSessionList(await AskAsync().ConfigureAwait(false)), EdgeJson.Default.AgentSessionList),
            async () =>
            {
                IReadOnlyList<AgentSession> sessions = await AskAsync().ConfigureAwait(false);
                TimeSpan passed = asked == 0 ? TimeSpan.Zero : TimeProvider.System.GetElapsedTime(asked);
                asked = TimeProvider.System.GetTimestamp();
                IReadOnlyList<TextTable> view = View([.. sessions.Select(session => (session, Rate(session, before, passed)))], passed > TimeSpan.Zero, Screen.RowsThatFit(OtherLines));
                before = sessions.DistinctBy(KeyOf).ToDictionary(KeyOf, session => session.BytesOut + session.BytesIn, StringComparer.Ordinal);
                return view;
            },
            cancellationToken).ConfigureAwait(false);
        return 0;
    }

    internal static IReadOnlyList<TextTable> View(IReadOnlyList<(AgentSession Session, double Rate)> sessions, bool hasRates, int rows)
    {
        TextTable sums = new("", "association", "link", ">sessions", ">out", ">in") { Empty = "no session" };
        foreach (var group in sessions.GroupBy(entry => (entry.Session.Association, entry.Session.Link)).OrderBy(group => group.Key.Association, StringComparer.Ordinal).ThenBy(group => group.Key.Link, StringComparer.Ordinal))
        {
            sums.Add(
                new Cell(group.Key.Association ?? "none", Tone.Strong),
                LinkOf(group.Key.Link),
                $"{group.Count()}",
                Words.Bytes(group.Sum(entry => entry.Session.BytesOut)),
                Words.Bytes(group.Sum(entry => entry.Session.BytesIn)));
        }

        TextTable table = new("", ["", "source", "destination", "association", "link", "addressing", "leaves as", ">out", ">in", .. hasRates ? (string[])[">per second"] : []]) { Empty = "" };
        foreach ((AgentSession session, double rate) in sessions
            .OrderByDescending(entry => entry.Rate).ThenByDescending(entry => entry.Session.BytesOut + entry.Session.BytesIn).ThenBy(entry => entry.Session.Source, StringComparer.Ordinal).Take(rows))
        {
            table.Add(
            [
                new Cell(session.Protocol, Tone.Quiet), session.Source, session.Destination, session.Association ?? new Cell("none", Tone.Quiet), LinkOf(session),
                new Cell(AddressingOf(session), Tone.Quiet), new Cell(LeavesAs(session), Tone.Quiet),
                Words.Bytes(session.BytesOut), Words.Bytes(session.BytesIn), .. hasRates ? (Cell[])[Words.Bytes(rate)] : [],
            ]);
        }

        if (sessions.Count > rows)
        {
            table.Add([.. Enumerable.Repeat<Cell>("", 1), new Cell($"and {sessions.Count - rows} more", Tone.Quiet), .. Enumerable.Repeat<Cell>("", hasRates ? 8 : 7)]);
        }

        return sessions.Count == 0 ? [sums] : [sums, table];
    }

    private static Cell LinkOf(AgentSession session) => session is { Link: { } link, Keeps: not null } ? $"{link} (kept)" : LinkOf(session.Link);

    private static Cell LinkOf(string? link) => link ?? new Cell("none", Tone.Bad);

    // Source and destination of a paired session are its home addresses, those of the link that it began on.
    private static string AddressingOf(AgentSession session) =>
        Words.Addressing(session.Addressing, session.Peer) + (session.HomeLink is { } home ? $", at home on {home}" : "");

    private static string LeavesAs(AgentSession session) =>
        session.TranslatedDestination is { } destination ? $"{session.TranslatedSource} to {destination}" : session.TranslatedSource ?? "";

    private static bool Fits(string? wanted, string? actual) => wanted is null || wanted == (actual ?? "none");

    private static string KeyOf(AgentSession session) => $"{session.Protocol} {session.Source} {session.Destination}";

    private static double Rate(AgentSession session, Dictionary<string, long> before, TimeSpan passed) =>
        passed > TimeSpan.Zero ? Math.Max(0, session.BytesOut + session.BytesIn - before.GetValueOrDefault(KeyOf(session))) / passed.TotalSeconds : 0;
}
