using Clovisor.EdgeHost.Agent;
using Clovisor.EdgeHost.CommandLine;
using Clovisor.EdgeHost.Transport;

namespace Clovisor.EdgeHost.Inspection;

/// <summary>Which rule a request matches, who names it, and which links its session would take now.</summary>
internal static class ExplainRole
{
    public static IReadOnlyList<Option> Options { get; } =
    [
        new("--authority", "HOST", "the host that the request is for, as it says it") { Required = true },
        new("--path", "PATH", "path and query", "/"),
        new("--method", "METHOD", "the method", "GET"),
        new("--scheme", "http|https", "the scheme", "http"),
        new("--header", "NAME:VALUE", "a header") { Repeatable = true },
        new("--port", "PORT", "whose route table is asked: of the service at a sidecar, of the listener at a gateway", "80"),
        AgentQuestion.Socket, AgentQuestion.Json,
    ];

    public static async Task<int> RunAsync(Arguments arguments, CancellationToken cancellationToken)
    {
        using AgentQuestion agent = new(arguments);
        IEnumerable<string> pairs = from name in (string[])["authority", "path", "method", "scheme", "header", "port"]
                                    from value in arguments.All($"--{name}")
                                    select $"{name}={Uri.EscapeDataString(value)}";
        string question = $"/v1/explain?{string.Join('&', pairs)}";
        if (agent.WantsJson)
        {
            await Console.Out.WriteLineAsync(await agent.AskAsync(question, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
            return 0;
        }

        AgentExplanation answer = await agent.AskAsync(question, EdgeJson.Default.AgentExplanation, cancellationToken).ConfigureAwait(false);
        await Console.Out.WriteLineAsync($"{answer.Text.TrimEnd()}\nBy revision {answer.Revision}.").ConfigureAwait(false);
        return 0;
    }
}
