using System.Reflection;
using System.Text.RegularExpressions;
using Clovisor.Wan.Configuration;

namespace Clovisor.Wan.Tests.Configuration;

/// <summary>docs/wan-configuration.md has a row for each code, and no other.</summary>
public sealed partial class ErrorCodeTableTests
{
    [Fact]
    public void Every_code_has_its_row_in_the_documentation()
    {
        string? folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder!, "Clovisor.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        (string, string)[] documented = [.. Row().Matches(File.ReadAllText(Path.Combine(folder!, "docs/wan-configuration.md")))
            .Select(static match => (match.Groups[1].Value, match.Groups[2].Value))];
        (string, string)[] declared = [.. typeof(ConfigurationErrorCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(static field => ((string)field.GetRawConstantValue()!, field.Name)).Order()];

        Assert.Equal(declared, documented);
        Assert.Equal(declared.Length, declared.Select(static row => row.Item1).Distinct().Count());
    }

    [GeneratedRegex(@"^\| (CLV11\d\d) \| (\w+) \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
