using Clovisor.EdgeHost.Agent;
using Clovisor.EdgeHost.CommandLine;
using Clovisor.EdgeHost.Transport;
using Clovisor.EdgeHost.Views;

namespace Clovisor.EdgeHost.Inspection;

/// <summary>The links, what their probes say, and which associations take which.</summary>
internal static class LinksRole
{
    public static IReadOnlyList<Option> Options { get; } = [AgentQuestion.Socket, AgentQuestion.Json, AgentQuestion.Watch, AgentQuestion.Interval];

    public static async Task<int> RunAsync(Arguments arguments, CancellationToken cancellationToken)
    {
        using AgentQuestion agent = new(arguments);
        await agent.ShowAsync(
            () => agent.AskAsync("/v1/links", cancellationToken),
            async () => View(await agent.AskAsync("/v1/links", EdgeJson.Default.AgentLinkList, cancellationToken).ConfigureAwait(false), TimeProvider.System.GetUtcNow()),
            cancellationToken).ConfigureAwait(false);
        return 0;
    }

    internal static IReadOnlyList<TextTable> View(AgentLinkList list, DateTimeOffset now)
    {
        TextTable links = new("links", "link", "device", "state", "for", "addressing", "next hop", "probe", ">loss", ">latency", ">jitter", "why") { Empty = "none is configured" };
        foreach (AgentLinkList.Link link in list.Links)
        {
            Cell state = new(link.State, link.State == "Up" ? Tone.Good : link.IsUsable ? Tone.Warning : Tone.Bad);
            AgentLinkList.Target? first = link.Targets.Count > 0 ? link.Targets[0] : null;
            links.Add(
                [new Cell(link.Name, Tone.Strong), link.Device, state, link.Since is { } since ? Words.Age(now - since) : "", Words.Addressing(link.Addressing, link.Peer), string.Join(", ", link.NextHops), .. Probe(first), first?.Error ?? link.Reason ?? ""]);
            foreach (AgentLinkList.Target target in link.Targets.Skip(1))
            {
                links.Add(["", "", "", "", "", "", .. Probe(target), target.Error ?? ""]);
            }
        }

        TextTable associations = new("associations", "association", "takes") { Empty = "none is configured" };
        foreach (AgentLinkList.Association association in list.Associations)
        {
            associations.Add(new Cell(association.Name, Tone.Strong), association.Links.Count > 0 ? string.Join(", ", association.Links) : new Cell("no link", Tone.Bad));
        }

        return [links, associations];
    }

    private static Cell[] Probe(AgentLinkList.Target? target) => target is null
        ? ["", "", "", ""]
        :
        [
            new Cell(target.Address, target.Alive ? Tone.Plain : Tone.Bad),
            new Cell(Words.Percent(target.Loss), target.Loss > 0 ? Tone.Warning : Tone.Plain),
            Words.Milliseconds(target.LatencyMs),
            Words.Milliseconds(target.JitterMs),
        ];
}
