namespace Clovisor.EdgeHost.CommandLine;

/// <summary>One option of a role.</summary>
/// <param name="Name">With its dashes: <c>--mode</c>.</param>
/// <param name="Value">What stands for the value in the help text, such as <c>report|tag</c>; empty for a switch, which takes none.</param>
/// <param name="Help">One line.</param>
/// <param name="Default">Taken when the option is absent; null when there is none.</param>
internal sealed record Option(string Name, string Value, string Help, string? Default = null)
{
    /// <summary>Whether the role cannot run without it.</summary>
    public bool Required { get; init; }

    /// <summary>Whether it may be given more than once.</summary>
    public bool Repeatable { get; init; }

    /// <summary>Whether it is there or not, and takes no value.</summary>
    public bool IsSwitch => Value.Length == 0;

    /// <summary>The only values that it takes; empty where any will do, as where one of the forms has a word in capitals, which stands for something else.</summary>
    public IReadOnlyList<string> Choices => Value.Contains('|', StringComparison.Ordinal) && !Value.Any(char.IsUpper) ? Value.Split('|') : [];
}
