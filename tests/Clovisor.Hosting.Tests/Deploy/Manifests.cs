using System.Diagnostics;
using System.Text.Json.Nodes;
using Clovisor.Hosting.Tests.Kubernetes.Definitions;

namespace Clovisor.Hosting.Tests.Deploy;

/// <summary>The kustomize base, rendered by kubectl and taken apart by it too.</summary>
internal static class Manifests
{
    internal static string? Missing { get; } =
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(static folder => File.Exists(Path.Combine(folder, "kubectl"))) ? null : "kubectl is not installed (Debian: kubernetes-client)";

    internal static async Task<string> RenderAsync() => await RunAsync("", "kustomize", Path.Combine(Repository.Root, "deploy/kustomize/base"));

    /// <summary>Where an object belongs in the API.</summary>
    internal static string PathOf(JsonNode item)
    {
        string version = item["apiVersion"]!.GetValue<string>();
        string kind = item["kind"]!.GetValue<string>();
        string root = version.Contains('/', StringComparison.Ordinal) ? $"/apis/{version}" : $"/api/{version}";
        string plural = kind switch { "PriorityClass" => "priorityclasses", _ => $"{kind.ToLowerInvariant()}s" };
        string place = item["metadata"]!["namespace"] is { } scope ? $"/namespaces/{scope}" : "";
        return $"{root}{place}/{plural}/{item["metadata"]!["name"]}";
    }

    internal static string[] DocumentsOf(string rendered) => rendered.Split("\n---\n");

    /// <summary>Reads one document as kubectl does, without a server.</summary>
    internal static async Task<JsonNode> ReadAsync(string document) =>
        JsonNode.Parse(await RunAsync(document, "patch", "--local", "-f", "-", "--type=merge", "-p", "{}", "-o", "json"))!;

    private static async Task<string> RunAsync(string input, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo("kubectl", arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"kubectl {string.Join(' ', arguments)}: {await errors}");
    }
}
