using Clovisor.EdgeHost.Lab;

namespace Clovisor.EdgeHost.Demo;

/// <summary>The folder of YAML that the agent watches, and the edits that the demo makes to it.</summary>
internal sealed class DemoConfiguration(LabNames names) : IDemoConfiguration
{
    private const string Rules = "rules.yaml";

    /// <summary>What the broken edit must be refused for: each of its mistakes, by a word that its message cannot do without.</summary>
    public static IReadOnlyList<string> Mistakes { get; } = ["mach", "min(ion", "99999"];

    public string Authority => LabAddresses.Authority;

    public string EditName => "rule edited on disk";

    public IReadOnlyList<string> HostArguments => ["--config", names.ConfigDirectory];

    public IReadOnlyList<string> ServerArguments => [];

    private static string Source => Path.Combine(AppContext.BaseDirectory, "config");

    public Task InstallAsync(CancellationToken cancellationToken)
    {
        foreach (string file in Directory.EnumerateFiles(Source, "*.yaml"))
        {
            File.Copy(file, Path.Combine(names.ConfigDirectory, Path.GetFileName(file)));
        }

        return Task.CompletedTask;
    }

    public Task SwapAsync(CancellationToken cancellationToken) => ReplaceAsync(Path.Combine(Source, "edits", "swapped.yaml"));

    public Task BreakAsync(CancellationToken cancellationToken) => ReplaceAsync(Path.Combine(Source, "edits", "broken.yaml"));

    public Task RestoreAsync(CancellationToken cancellationToken) => ReplaceAsync(Path.Combine(Source, Rules));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>As an editor or a deployment tool would: the new file appears whole, under the old name.</summary>
    private Task ReplaceAsync(string source)
    {
        string draft = Path.Combine(names.RunDirectory, "draft");
        File.Copy(source, draft, overwrite: true);
        File.Move(draft, Path.Combine(names.ConfigDirectory, Rules), overwrite: true);
        return Task.CompletedTask;
    }
}
