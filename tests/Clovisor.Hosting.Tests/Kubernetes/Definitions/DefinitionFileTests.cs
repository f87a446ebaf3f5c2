namespace Clovisor.Hosting.Tests.Kubernetes.Definitions;

/// <summary>The files under <c>deploy/crds</c> say what the types say.</summary>
public sealed class DefinitionFileTests
{
    private static readonly bool Rewrites = Environment.GetEnvironmentVariable("CLOVISOR_UPDATE_CRDS") == "1";

    [Fact]
    public void Every_file_is_what_its_type_makes()
    {
        foreach (Type type in CustomResourceDefinition.Kinds)
        {
            string text = CustomResourceDefinition.TextOf(type);
            if (Rewrites)
            {
                File.WriteAllText(CustomResourceDefinition.FileOf(type), text);
            }

            Assert.Equal(text, File.ReadAllText(CustomResourceDefinition.FileOf(type)));
        }
    }

    [Fact]
    public void There_is_no_file_without_a_type() =>
        Assert.Equal(
            CustomResourceDefinition.Kinds.Select(CustomResourceDefinition.FileOf).Order(StringComparer.Ordinal),
            Directory.GetFiles(Path.Combine(Repository.Root, "deploy", "crds"), "*.yaml").Where(static file => Path.GetFileName(file) != "kustomization.yaml").Order(StringComparer.Ordinal));
}
