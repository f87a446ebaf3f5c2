using System.Globalization;
using System.Text.Json;
using Clovisor.EdgeHost.Agent;
using Clovisor.EdgeHost.CommandLine;
using Clovisor.EdgeHost.Transport;

namespace Clovisor.EdgeHost.Inspection;

/// <summary>What happens to sessions and packets, as it happens.</summary>
internal static class EventsRole
{
    public static IReadOnlyList<Option> Options { get; } =
    [
        AgentQuestion.Socket, AgentQuestion.Json,
        new("--association", "NAME", "only those of this association; 'none' for those without"),
        new("--link", "NAME", "only those on this link; 'none' for those without"),
    ];

    public static async Task<int> RunAsync(Arguments arguments, CancellationToken cancellationToken)
    {
        using AgentQuestion agent = new(arguments);
        await agent.FollowAsync(
            "/v1/events",
            EdgeJson.Default.AgentEvent,
            async (text, happened) =>
            {
                if (happened.Lost is not null || (Fits(arguments.Find("--association"), happened.Association) && Fits(arguments.Find("--link"), happened.Link)))
                {
                    await Console.Out.WriteLineAsync(agent.WantsJson ? text : Line(happened)).ConfigureAwait(false);
                }
            },
            cancellationToken).ConfigureAwait(false);
        return 0;
    }

    internal static string Line(AgentEvent happened) => string.Create(
        CultureInfo.InvariantCulture,
        $"{happened.Time.ToLocalTime():HH:mm:ss.fff}  {What(happened)}");

    private static string What(AgentEvent happened) => happened.Lost is { } lost
        ? $"{lost} events were lost"
        : $"{happened.Kind.Replace('_', ' '),-17}  {happened.Protocol}  {happened.Source}  {happened.Destination}  {happened.Association ?? "none"}  {happened.Link ?? "none"}{(happened.Reason is { } reason ? $"  {reason}" : "")}";

    private static bool Fits(string? wanted, string? actual) => wanted is null || wanted == (actual ?? "none");
}
