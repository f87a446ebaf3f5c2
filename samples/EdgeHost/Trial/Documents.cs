using Clovisor.EdgeHost.CommandLine;
using Clovisor.Istio.Serialization;
using Clovisor.Wan.Configuration;

namespace Clovisor.EdgeHost.Trial;

/// <summary>YAML documents of files and folders, read as an agent reads them.</summary>
/// <param name="Mesh">The mesh's objects, or what is wrong with them.</param>
/// <param name="Wan">The links, classes and associations, or what is wrong with them.</param>
internal sealed record Documents(IstioReadResult Mesh, ConfigurationResult Wan)
{
    /// <summary>Every error once: both readers read every text, so one that is no YAML is found twice.</summary>
    public IReadOnlyList<string> Errors
    {
        get
        {
            HashSet<(string?, int?)> reported = [.. Mesh.Errors.Select(error => ((string?)error.Source.File, (int?)error.Source.Line))];
            return
            [
                .. Mesh.Errors.Select(error => error.ToString()),
                .. Wan.Errors.Where(error => error.Code != ConfigurationErrorCodes.Syntax || !reported.Contains((error.File, error.Line))).Select(error => error.ToString()),
            ];
        }
    }

    /// <summary>Reads files, and the <c>.yaml</c> and <c>.yml</c> files of folders.</summary>
    public static Documents Read(string role, IReadOnlyList<string> paths)
    {
        string[] missing = [.. paths.Where(path => !Path.Exists(path))];
        if (missing.Length > 0)
        {
            throw EdgeHostException.Usage(role, $"there is no {string.Join(", no ", missing)}", "Name files or folders that exist");
        }

        (string Name, string Text)[] files = [.. paths.SelectMany(FilesOf).Select(file => (file, File.ReadAllText(file)))];
        return files.Length == 0
            ? throw EdgeHostException.Usage(role, $"there is no .yaml or .yml file in {string.Join(", ", paths)}", "Name the folder or the files of the documents")
            : new Documents(
                IstioYaml.Read(files.Select(file => new NamedText(file.Name, file.Text)), null),
                WanConfigurationReader.Read(files.Select(file => new ConfigurationText(file.Name, file.Text))));
    }

    private static IEnumerable<string> FilesOf(string path) => Directory.Exists(path)
        ? Directory.EnumerateFiles(path).Where(file => Path.GetExtension(file) is ".yaml" or ".yml").Order(StringComparer.Ordinal)
        : [path];
}
