namespace Clovisor.EdgeHost.CommandLine;

/// <summary>A sub-command: what this executable is when started with that word.</summary>
internal sealed record Role(
    string Name, string Help, IReadOnlyList<Option> Options, Func<Arguments, CancellationToken, Task<int>> Run)
{
    /// <summary>Of the name: most have one, <c>envoy render</c> has two.</summary>
    public int Words => Name.Count(letter => letter == ' ') + 1;
}
