using Clovisor.EdgeHost.Agent;
using Clovisor.EdgeHost.CommandLine;
using Clovisor.EdgeHost.Transport;
using Clovisor.EdgeHost.Views;

namespace Clovisor.EdgeHost.Inspection;

/// <summary>How the agent is, part by part; the exit code says it too.</summary>
internal static class StatusRole
{
    public static IReadOnlyList<Option> Options { get; } = [AgentQuestion.Socket, AgentQuestion.Json, AgentQuestion.Watch, AgentQuestion.Interval];

    public static async Task<int> RunAsync(Arguments arguments, CancellationToken cancellationToken)
    {
        using AgentQuestion agent = new(arguments);
        AgentHealth? last = null;
        await agent.ShowAsync(
            async () =>
            {
                string health = await agent.AskAsync("/healthz", cancellationToken).ConfigureAwait(false);
                last = System.Text.Json.JsonSerializer.Deserialize(health, EdgeJson.Default.AgentHealth);
                return health;
            },
            async () =>
            {
                last = await agent.AskAsync("/healthz", EdgeJson.Default.AgentHealth, cancellationToken).ConfigureAwait(false);
                return View(
                    last,
                    await IfAnyAsync(() => agent.AskAsync("/v1/rules", EdgeJson.Default.AgentRules, cancellationToken)).ConfigureAwait(false),
                    await IfAnyAsync(() => agent.AskAsync("/v1/links", EdgeJson.Default.AgentLinkList, cancellationToken)).ConfigureAwait(false));
            },
            cancellationToken).ConfigureAwait(false);
        return last?.Status switch
        {
            "healthy" or null => 0,
            "degraded" => RoleTable.Degraded,
            _ => RoleTable.Unhealthy,
        };
    }

    // An agent without a configuration has health, and neither rules nor links yet.
    private static async Task<T?> IfAnyAsync<T>(Func<Task<T>> ask)
        where T : class
    {
        try
        {
            return await ask().ConfigureAwait(false);
        }
        catch (EdgeHostException e) when (e.ExitCode == RoleTable.Unhealthy)
        {
            return null;
        }
    }

    private static List<TextTable> View(AgentHealth health, AgentRules? rules, AgentLinkList? links)
    {
        TextTable summary = new("", "agent", "revision", ">reports", "rules look at");
        summary.Add(
            new Cell(health.Status, ToneOf(health.Status)),
            rules is null ? new Cell("none in force", Tone.Bad) : $"{rules.Revision}",
            $"{rules?.Reports ?? 0}",
            rules is null ? "" : FieldsOf(rules.Fields));
        TextTable parts = new("", "part", "is", "why");
        foreach (AgentHealth.Part part in health.Parts ?? [])
        {
            string[] notes = [.. part.Reasons ?? [], .. part.Warnings ?? []];
            parts.Add(part.Name, new Cell(part.Status, ToneOf(part.Status)), notes.FirstOrDefault() ?? "");
            foreach (string note in notes.Skip(1))
            {
                parts.Add("", "", note);
            }
        }

        if (links is not { Links.Count: > 0 })
        {
            return [summary, parts];
        }

        TextTable addressing = new("", "link", "is", "addressing", "leaves as");
        foreach (AgentLinkList.Link link in links.Links)
        {
            addressing.Add(
                new Cell(link.Name, Tone.Strong),
                new Cell(link.State, link.State == "Up" ? Tone.Good : link.IsUsable ? Tone.Warning : Tone.Bad),
                Words.Addressing(link.Addressing, link.Peer),
                link.Addressing == "preserved" ? "what its sender wrote" : string.Join(", ", link.Sources));
        }

        return [summary, parts, addressing];
    }

    private static string FieldsOf(RuleFields fields) => string.Join(
        ", ",
        (string[])
        [
            .. fields.Method ? ["method"] : (string[])[], .. fields.Authority ? ["authority"] : (string[])[], .. fields.Path ? ["path"] : (string[])[],
            .. fields.Query ? ["query"] : (string[])[], .. fields.Scheme ? ["scheme"] : (string[])[], .. fields.Headers.Select(header => $"header {header}"),
        ]);

    private static Tone ToneOf(string status) => status switch
    {
        "healthy" => Tone.Good,
        "degraded" => Tone.Warning,
        _ => Tone.Bad,
    };
}
