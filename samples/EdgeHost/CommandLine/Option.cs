namespace Clovisor.EdgeHost.CommandLine;

/// <summary>One option of a role.</summary>
/// <param name="Name">With its dashes: <c>--mode</c>.</param>
/// <param name="Value">What stands for the value in the help text, such as <c>report|tag</c>.</param>
/// <param name="Help">One line.</param>
/// <param name="Default">Taken when the option is absent; null when there is none.</param>
internal sealed record Option(string Name, string Value, string Help, string? Default = null)
{
    /// <summary>Whether the role cannot run without it.</summary>
    public bool Required { get; init; }

    /// <summary>Whether it may be given more than once.</summary>
    public bool Repeatable { get; init; }
}
