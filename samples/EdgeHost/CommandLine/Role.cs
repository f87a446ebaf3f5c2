namespace Clovisor.EdgeHost.CommandLine;

/// <summary>A sub-command: what this executable is when started with that word.</summary>
internal sealed record Role(
    string Name, string Help, IReadOnlyList<Option> Options, Func<Arguments, CancellationToken, Task<int>> Run)
{
    /// <summary>Of the name: most have one, <c>envoy render</c> has two.</summary>
    public int Words => Name.Count(letter => letter == ' ') + 1;

    /// <summary>What stands for its operands in the help text, such as <c>FILE</c>; null for a role that takes none. Such a role needs at least one.</summary>
    public string? Operands { get; init; }

    /// <summary>Whether it is a part of the demo that nobody starts by hand.</summary>
    public bool IsOfDemo { get; init; }
}
