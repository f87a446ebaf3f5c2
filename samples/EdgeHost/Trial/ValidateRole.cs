using System.Text.Json;
using Clovisor.EdgeHost.CommandLine;
using Clovisor.EdgeHost.Inspection;
using Clovisor.EdgeHost.Transport;
using Clovisor.EdgeHost.Views;
using Clovisor.Istio.Analysis;
using Clovisor.Wan.Associations;
using Clovisor.Wan.Configuration;

namespace Clovisor.EdgeHost.Trial;

/// <summary>Says everything that is wrong with documents, without an agent.</summary>
internal static class ValidateRole
{
    public static IReadOnlyList<Option> Options { get; } =
    [
        new("--local-ports", "FIRST-LAST", "net.ipv4.ip_local_port_range of the node; 'here' for that of this machine"),
        AgentQuestion.Json,
    ];

    public static async Task<int> RunAsync(Arguments arguments, CancellationToken cancellationToken)
    {
        Documents documents = Documents.Read(arguments.Role, arguments.Operands);
        IReadOnlyList<string> errors = documents.Errors;
        PortRange? local = LocalPorts(arguments);
        string[] warnings =
        [
            .. documents.Wan.Warnings.Select(warning => warning.ToString()),
            .. local is { } ports && documents.Wan.Configuration is { } wan ? NodePorts.Check(wan, ports).Select(warning => warning.ToString()) : [],
            .. documents.Mesh.Configuration is { } mesh ? ConfigurationAnalysis.Run(mesh).Select(message => message.ToString()) : [],
        ];
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

    private static PortRange? LocalPorts(Arguments arguments) => arguments.Find("--local-ports") switch
    {
        null => null,
        "here" => NodePorts.Read() ?? throw arguments.Bad("--local-ports", "here", "FIRST-LAST: this machine does not say its own"),
        { } text => PortRange.TryParse(text, out PortRange range) ? range : throw arguments.Bad("--local-ports", text, "FIRST-LAST, such as 32768-60999, or here"),
    };

    private static string Summary(Documents documents) =>
        $"valid: {documents.Mesh.Configuration?.VirtualServices.Length} VirtualServices, {documents.Wan.Configuration?.Links.Length} links, {documents.Wan.Configuration?.Associations.Length} associations";
}
