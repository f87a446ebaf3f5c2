using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Clovisor.Hosting.Kubernetes.Resources;

namespace Clovisor.Hosting.Tests.Kubernetes.Definitions;

/// <summary>What the reader of documents knows and what the definitions know are the same fields, whoever adds one.</summary>
public sealed partial class ReaderFieldTests
{
    [Fact]
    public void Every_field_that_the_reader_asks_for_is_in_a_definition_and_the_other_way_round()
    {
        HashSet<string> asked = [.. Directory.GetFiles(Path.Combine(Repository.Root, "src/Clovisor.Wan/Configuration/Yaml"), "*Reader.cs")
            .Where(static file => Path.GetFileName(file) is not "FieldReader.cs")
            .SelectMany(static file => Asked().Matches(File.ReadAllText(file)))
            .SelectMany(static match => match.Groups["field"].Captures.Select(static capture => capture.Value))];
        HashSet<string> defined = [.. typeof(WanLinkSpec).Assembly.GetTypes()
            .Where(static type => type.Namespace == typeof(WanLinkSpec).Namespace && type.Name.EndsWith("Spec", StringComparison.Ordinal))
            .SelectMany(static type => type.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            .Select(static property => JsonNamingPolicy.CamelCase.ConvertName(property.Name))];

        Assert.True(asked.Count > 40, "the pattern finds too few fields in the readers");
        Assert.Empty(asked.Except(defined));
        Assert.Empty(defined.Except(asked));
    }

    // A call whose first text, after at most one other argument, is a name as fields have them; and names in a list.
    [GeneratedRegex("""\w(?:<[^>(]*>)?\(\s*(?:\w+, )?(?:name: )?"(?<field>[a-z][A-Za-z]*)"(?=[,)])|\(ReadOnlySpan<string>\)\[(?:"(?<field>\w+)"(?:, )?)+\]""")]
    private static partial Regex Asked();
}
