using Clovisor.EdgeHost.Lab;

namespace Clovisor.EdgeHost.Demo;

/// <summary>The folder of YAML that the agent watches, and the edits that the demo makes to it.</summary>
internal sealed class DemoConfiguration(LabNames names)
{
    private const string Rules = "rules.yaml";

    /// <summary>What the broken edit must be refused for: each of its mistakes, by a word that its message cannot do without.</summary>
    public static IReadOnlyList<string> Mistakes { get; } = ["mach", "min(ion", "99999"];

    private static string Source => Path.Combine(AppContext.BaseDirectory, "config");

    public void Install()
    {
        foreach (string file in Directory.EnumerateFiles(Source, "*.yaml"))
        {
            File.Copy(file, Path.Combine(names.ConfigDirectory, Path.GetFileName(file)));
        }
    }

    /// <summary>The two users change places.</summary>
    public void Swap() => Replace(Path.Combine(Source, "edits", "swapped.yaml"));

    public void Break() => Replace(Path.Combine(Source, "edits", "broken.yaml"));

    /// <summary>The rules as they were at first.</summary>
    public void Restore() => Replace(Path.Combine(Source, Rules));

    /// <summary>As an editor or a deployment tool would: the new file appears whole, under the old name.</summary>
    private void Replace(string source)
    {
        string draft = Path.Combine(names.RunDirectory, "draft");
        File.Copy(source, draft, overwrite: true);
        File.Move(draft, Path.Combine(names.ConfigDirectory, Rules), overwrite: true);
    }
}
