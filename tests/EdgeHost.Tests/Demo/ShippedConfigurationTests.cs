using Clovisor.EdgeHost.Demo;
using Clovisor.Istio.Serialization;
using Clovisor.Wan.Configuration;

namespace Clovisor.EdgeHost.Tests.Demo;

/// <summary>The documents that the demo works with.</summary>
public sealed class ShippedConfigurationTests
{
    private static string Folder => Path.Combine(AppContext.BaseDirectory, "config");

    [Theory]
    [InlineData("rules.yaml")]
    [InlineData("edits/swapped.yaml")]
    public void Documents_that_shall_be_taken_have_no_mistake(string rules)
    {
        (string, string)[] files = [.. new[] { "links.yaml", "associations.yaml", "service.yaml", rules }.Select(f => (f, File.ReadAllText(Path.Combine(Folder, f))))];

        Assert.Empty(IstioYaml.Read(files.Select(f => new NamedText(f.Item1, f.Item2)), null).Errors);
        Assert.Empty(WanConfigurationReader.Read(files.Select(f => new ConfigurationText(f.Item1, f.Item2))).Errors);
    }

    [Fact]
    public void The_broken_edit_has_exactly_the_mistakes_that_the_demo_looks_for()
    {
        string text = File.ReadAllText(Path.Combine(Folder, "edits", "broken.yaml"));
        string[] errors = [.. IstioYaml.Read([new NamedText("rules.yaml", text)], null).Errors.Select(e => e.ToString())];

        Assert.Equal(DemoConfiguration.Mistakes.Count, errors.Length);
        Assert.All(DemoConfiguration.Mistakes, mistake => Assert.Single(errors, e => e.Contains(mistake, StringComparison.Ordinal)));
    }
}
