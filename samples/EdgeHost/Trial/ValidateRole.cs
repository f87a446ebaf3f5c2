using System.Text.Json;
using Clovisor.EdgeHost.CommandLine;
using Clovisor.EdgeHost.Inspection;
using Clovisor.EdgeHost.Transport;
using Clovisor.EdgeHost.Views;
using Clovisor.Istio.Analysis;

namespace Clovisor.EdgeHost.Trial;

/// <summary>Says everything that is wrong with documents, without an agent.</summary>
internal static class ValidateRole
{
    public static IReadOnlyList<Option> Options { get; } = [AgentQuestion.Json];

    public static async Task<int> RunAsync(Arguments arguments, CancellationToken cancellationToken)
    {
        Documents documents = Documents.Read(arguments.Role, arguments.Operands);
        IReadOnlyList<string> errors = documents.Errors;
        string[] warnings = documents.Mesh.Configuration is { } mesh ? [.. ConfigurationAnalysis.Run(mesh).Select(message => message.ToString())] : [];
        if (arguments.Has("--json"))
        {
            await Console.Out.WriteLineAsync(JsonSerializer.Serialize(new Findings(errors.Count == 0, errors, warnings), EdgeJson.Default.Findings)).ConfigureAwait(false);
            return errors.Count == 0 ? 0 : RoleTable.Failed;
        }

        TextTable found = new("", "", "what") { Empty = Summary(documents) };
        foreach (string error in errors)
        {
            found.Add(new Cell("error", Tone.Bad), error);
        }

        foreach (string warning in warnings)
        {
            found.Add(new Cell("note", Tone.Warning), warning);
        }

        Screen.Show([found]);
        if (errors.Count > 0)
        {
            await Console.Error.WriteLineAsync($"EdgeHost: {errors.Count} error(s): an agent would refuse these documents").ConfigureAwait(false);
        }

        return errors.Count == 0 ? 0 : RoleTable.Failed;
    }

    private static string Summary(Documents documents) =>
        $"valid: {documents.Mesh.Configuration?.VirtualServices.Length} VirtualServices, {documents.Wan.Configuration?.Links.Length} links, {documents.Wan.Configuration?.Associations.Length} associations";
}
