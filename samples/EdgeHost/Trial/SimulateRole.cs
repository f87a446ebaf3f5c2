using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Clovisor.EdgeHost.CommandLine;
using Clovisor.EdgeHost.Inspection;
using Clovisor.EdgeHost.Transport;
using Clovisor.EdgeHost.Views;
using Clovisor.Wan.Selection;
using Clovisor.Wan.Simulation;
using Clovisor.Wan.Status;

namespace Clovisor.EdgeHost.Trial;

/// <summary>Tries a configuration against a history of its links, in virtual time: no agent, no network, no root.</summary>
internal static class SimulateRole
{
    private static readonly TimeSpan AfterTheLast = TimeSpan.FromMinutes(5);

    public static IReadOnlyList<Option> Options { get; } =
    [
        new("--config", "FOLDER", "the YAML of links and associations") { Required = true },
        new("--history", "FILE", "what happens to the links, a line each, such as '5m wan1 loss=20% rtt=80ms'"),
        new("--event", "TEXT", "one such line") { Repeatable = true },
        new("--length", "TIME", "how long: 90s, 10m, 2h, 7d; five minutes after the last event where it is not given"),
        new("--seed", "N", "of the random losses and delays; equal runs have equal seeds", "1"),
        AgentQuestion.Json,
    ];

    public static async Task<int> RunAsync(Arguments arguments, CancellationToken cancellationToken)
    {
        Documents documents = Documents.Read(arguments.Role, [arguments.Get("--config")]);
        if (documents.Wan.Configuration is not { } configuration)
        {
            throw new EdgeHostException($"cannot simulate {arguments.Get("--config")}", string.Join("; ", documents.Errors), "Correct the documents ('EdgeHost validate' lists all errors)");
        }

        SimulationResult result = Run(configuration, HistoryOf(arguments), arguments.Role, cancellationToken);
        SimulatedChange[] changes = [.. ChangesOf(result)];
        if (arguments.Has("--json"))
        {
            await Console.Out.WriteLineAsync(JsonSerializer.Serialize(changes, EdgeJson.Default.SimulatedChangeArray)).ConfigureAwait(false);
            return 0;
        }

        TextTable table = new("what changes", ">at", "", "which", "from", "to", "why") { Empty = "nothing" };
        foreach (SimulatedChange change in changes)
        {
            table.Add(At(change.Seconds), new Cell(change.Kind, Tone.Quiet), new Cell(change.Name, Tone.Strong), change.From, new Cell(change.To, ToneOf(change)), change.Reason);
        }

        TextTable end = new("at the end", "association", "takes", "by");
        foreach (AssociationStatus association in result.End.Associations)
        {
            end.Add(new Cell(association.Name, Tone.Strong), association.Links.IsEmpty ? new Cell("no link", Tone.Bad) : Shares(association.Links), Why(association.Reason));
        }

        Screen.Show([table, end]);
        return 0;
    }

    private static LinkHistory HistoryOf(Arguments arguments)
    {
        string? file = arguments.Find("--history");
        if (file is not null && !File.Exists(file))
        {
            throw arguments.Bad("--history", file, "a file that exists");
        }

        IEnumerable<(string, string)> lines = file is null ? [] : File.ReadLines(file).Select((line, i) => ($"{file}:{i + 1}", line));
        ImmutableArray<LinkEvent> events = HistoryText.Read(arguments.Role, lines.Concat(arguments.All("--event").Select(text => ("--event", text))));
        TimeSpan length = arguments.Find("--length") is { } text
            ? HistoryText.Time(text) ?? throw arguments.Bad("--length", text, "a time such as 90s, 10m, 2h or 7d")
            : events.Select(happening => happening.At).DefaultIfEmpty(TimeSpan.Zero).Max() + AfterTheLast;
        return new LinkHistory(length, events, arguments.Count("--seed"));
    }

    private static SimulationResult Run(Clovisor.Wan.Configuration.WanConfiguration configuration, LinkHistory history, string role, CancellationToken cancellationToken)
    {
        try
        {
            return WanSimulation.Run(configuration, history, cancellationToken);
        }
        catch (ArgumentException e)
        {
            // The parameter's name means nothing on a command line.
            throw EdgeHostException.Usage(role, e.Message.Split(" (Parameter")[0].TrimEnd('.'), "Correct the history");
        }
    }

    private static IEnumerable<SimulatedChange> ChangesOf(SimulationResult result) =>
        result.Transitions.Select(link => new SimulatedChange(link.At.TotalSeconds, "link", link.Link, link.From.ToString(), link.To.ToString(), link.Reason))
            .Concat(result.Switches.Select(change => new SimulatedChange(change.At.TotalSeconds, "association", change.Association, Shares(change.From), Shares(change.To), Why(change.Reason))))
            .OrderBy(change => change.Seconds);

    private static string Shares(ImmutableArray<LinkShare> shares) =>
        shares.IsEmpty ? "no link" : string.Join(" + ", shares.Select(share => share.Slots == 64 ? share.Link : $"{share.Link} {share.Slots}/64"));

    private static string At(double seconds) =>
        TimeSpan.FromSeconds(seconds) is var at && at.TotalDays >= 1 ? at.ToString(@"d\.hh\:mm\:ss\.fff", CultureInfo.InvariantCulture) : at.ToString(@"hh\:mm\:ss\.fff", CultureInfo.InvariantCulture);

    private static string Why(SelectionReason reason) => reason switch
    {
        SelectionReason.Tier => "best tier that works",
        SelectionReason.Backup => "backup links",
        SelectionReason.BestOfWorst => "breaks its SLA least",
        _ => "no link qualifies",
    };

    private static Tone ToneOf(SimulatedChange change) => change.To switch
    {
        "Up" => Tone.Good,
        "Degraded" or "Probing" => Tone.Warning,
        "no link" or "Down" or "NoCarrier" or "Absent" or "AdminDown" or "NoAddress" => Tone.Bad,
        _ => Tone.Plain,
    };
}
