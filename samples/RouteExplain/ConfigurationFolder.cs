using Clovisor.Istio;
using Clovisor.Istio.Serialization;
using Clovisor.ExplainTool.CommandLine;

namespace Clovisor.ExplainTool;

/// <summary>Reads all YAML and JSON files of a folder, or one file, as one configuration.</summary>
internal static class ConfigurationFolder
{
    private static readonly string[] Endings = [".yaml", ".yml", ".json"];

    public static IstioConfiguration Read(string path, string? meshFile)
    {
        try
        {
            var texts = new List<NamedText>();
            if (File.Exists(path))
            {
                texts.Add(new NamedText(Path.GetFileName(path), File.ReadAllText(path)));
            }
            else if (Directory.Exists(path))
            {
                foreach (string file in Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Where(static f => Endings.Contains(Path.GetExtension(f))).Order(StringComparer.Ordinal))
                {
                    texts.Add(new NamedText(Path.GetRelativePath(path, file), File.ReadAllText(file)));
                }
            }
            else
            {
                throw new UsageException($"--config: there is no folder and no file '{path}'");
            }

            return texts.Count > 0
                ? IstioYaml.Read(texts, meshFile is null ? null : File.ReadAllText(meshFile)).OrThrow()
                : throw new UsageException($"--config: the folder '{path}' has no file that ends with {string.Join(", ", Endings)}");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"cannot read the configuration: {error.Message}");
        }
    }
}
