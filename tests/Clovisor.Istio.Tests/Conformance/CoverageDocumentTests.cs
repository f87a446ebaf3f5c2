using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace Clovisor.Istio.Tests.Conformance;

/// <summary>The document that says what of Istio is covered names tests that exist, and misses no field of Istio's schemas.</summary>
public sealed partial class CoverageDocumentTests
{
    private static readonly string Root = Find();

    private static readonly string[] Lines = File.ReadAllLines(Path.Combine(Root, "docs", "istio-coverage.md"));

    [Fact]
    public void Every_test_it_names_exists()
    {
        HashSet<string> classes = [.. Directory.EnumerateFiles(Path.Combine(Root, "tests", "Clovisor.Istio.Tests"), "*Tests.cs", SearchOption.AllDirectories).Select(static f => Path.GetFileNameWithoutExtension(f))];
        string[] named = [.. Lines.Select(static l => Row().Match(l)).Where(static m => m.Success).Select(static m => m.Groups[3].Value)];
        Assert.NotEmpty(named);
        Assert.All(named, name => Assert.Contains(name, classes));
        Assert.All(Lines.Select(static l => Row().Match(l)).Where(static m => m.Success), static m => Assert.Contains(m.Groups[2].Value, new[] { "evaluated", "carried", "refused" }));
    }

    [Theory]
    [InlineData("VirtualService")]
    [InlineData("Gateway")]
    [InlineData("DestinationRule")]
    [InlineData("ServiceEntry")]
    [InlineData("WorkloadEntry")]
    [InlineData("Sidecar")]
    public void Every_field_of_the_schema_has_a_row(string kind)
    {
        string? folder = SharedData.Folder("data/crds");
        Assert.SkipUnless(folder is not null, "no folder above has shared/data/crds");
        var yaml = new YamlStream();
        yaml.Load(new StringReader(File.ReadAllText(Path.Combine(folder!, "istio.yaml"))));
        YamlNode definition = yaml.Documents.Select(static d => d.RootNode).First(d => d is YamlMappingNode && (string?)d["spec"]["names"]["kind"] == kind);
        YamlNode version = ((YamlSequenceNode)definition["spec"]["versions"]).First(static v => (string?)v["name"] == "v1");
        var fields = new List<string>();
        Collect(version["schema"]["openAPIV3Schema"]["properties"]["spec"], "", fields);
        Assert.NotEmpty(fields);
        string[] rows = [.. Lines.SkipWhile(l => l != $"## {kind}").Skip(1).TakeWhile(static l => !l.StartsWith("## ", StringComparison.Ordinal)).Select(static l => Row().Match(l)).Where(static m => m.Success).Select(static m => m.Groups[1].Value)];
        Assert.All(fields, field => Assert.Contains(rows, row => row == field || (row.EndsWith(".*", StringComparison.Ordinal) && field.StartsWith(row[..^1], StringComparison.Ordinal))));
    }

    private static void Collect(YamlNode schema, string path, List<string> fields)
    {
        var mapping = (YamlMappingNode)schema;
        if (mapping.Children.TryGetValue("items", out YamlNode? items))
        {
            Collect(items, path, fields);
        }
        else if (mapping.Children.TryGetValue("properties", out YamlNode? properties))
        {
            foreach ((YamlNode name, YamlNode field) in ((YamlMappingNode)properties).Children)
            {
                Collect(field, path.Length == 0 ? $"{name}" : $"{path}.{name}", fields);
            }
        }
        else
        {
            fields.Add(path);
        }
    }

    private static string Find()
    {
        DirectoryInfo? at = new(AppContext.BaseDirectory);
        while (at is not null && !File.Exists(Path.Combine(at.FullName, "Clovisor.sln")))
        {
            at = at.Parent;
        }

        return at?.FullName ?? throw new InvalidOperationException($"no folder above {AppContext.BaseDirectory} has Clovisor.sln");
    }

    [GeneratedRegex(@"^\| `([^`]+)` \| (\w+) \| `(\w+)` \|$")]
    private static partial Regex Row();
}
