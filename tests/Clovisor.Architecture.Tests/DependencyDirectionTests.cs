using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Clovisor.Architecture.Tests;

/// <summary>Who may know whom, read from the assemblies as built: Bpf ← Wan ← Hosting → Istio.</summary>
public sealed class DependencyDirectionTests
{
    private const string Abstractions = "Microsoft.Extensions.Logging.Abstractions";

    public static TheoryData<string, string[]> Allowed => new()
    {
        { "Clovisor.Bpf", [Abstractions] },
        { "Clovisor.Wan", ["Clovisor.Bpf", "YamlDotNet", Abstractions] },
        { "Clovisor.Istio", ["YamlDotNet", "KubernetesClient.Aot", Abstractions] },
    };

    [Theory]
    [MemberData(nameof(Allowed))]
    public void A_library_references_only_what_it_may_know(string assembly, string[] allowed)
    {
        IEnumerable<string> beyond = References(assembly)
            .Where(name => !IsFramework(name))
            .Except(allowed);

        Assert.Empty(beyond);
    }

    [Fact]
    public void Only_hosting_knows_dependency_injection_options_and_the_web_server()
    {
        foreach (string assembly in (string[])["Clovisor.Bpf", "Clovisor.Wan", "Clovisor.Istio"])
        {
            Assert.DoesNotContain(References(assembly), name =>
                name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal) ||
                (name.StartsWith("Microsoft.Extensions", StringComparison.Ordinal) && name != Abstractions));
        }
    }

    [Fact]
    public void Hosting_joins_wan_and_istio()
    {
        List<string> references = References("Clovisor.Hosting");

        Assert.Contains("Clovisor.Wan", references);
        Assert.Contains("Clovisor.Istio", references);
    }

    [Fact]
    public void There_is_no_project_for_leftovers()
    {
        string[] leftovers = ["Common", "Shared", "Utils", "Abstractions"];

        Assert.DoesNotContain(
            Directory.EnumerateDirectories(Path.Combine(Repository.Root, "src")),
            folder => leftovers.Any(word => Path.GetFileName(folder).EndsWith(word, StringComparison.Ordinal)));
    }

    private static bool IsFramework(string name) =>
        name.StartsWith("System.", StringComparison.Ordinal) || name is "System" or "mscorlib" or "netstandard" or "Microsoft.Win32.Primitives";

    private static List<string> References(string assembly)
    {
        using FileStream file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, assembly + ".dll"));
        using PEReader image = new(file);
        MetadataReader metadata = image.GetMetadataReader();
        return [.. metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))];
    }
}
