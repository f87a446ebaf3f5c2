namespace Clovisor.Bpf;

/// <summary>A map is not of the shape that its user expects; the message lists every difference.</summary>
public sealed class BpfMapIncompatibleException : BpfException
{
    /// <summary>Makes an exception that lists the differences.</summary>
    /// <param name="operation">What was tried.</param>
    /// <param name="mapName">The map that differs.</param>
    /// <param name="differences">Each difference with both sides; at least one.</param>
    public BpfMapIncompatibleException(string operation, string mapName, IReadOnlyList<string> differences)
        : this(operation, mapName, differences, null)
    {
    }

    /// <param name="operation">What was tried.</param>
    /// <param name="mapName">The map that differs.</param>
    /// <param name="differences">Each difference with both sides; at least one.</param>
    /// <param name="layouts">Both layouts side by side, where structs differ.</param>
    internal BpfMapIncompatibleException(string operation, string mapName, IReadOnlyList<string> differences, string? layouts)
        : base(operation, $"map {mapName}", 0, string.Join("; ", differences), layouts)
    {
        MapName = mapName;
        Differences = differences;
    }

    /// <summary>The map that differs.</summary>
    public string MapName { get; }

    /// <summary>Each difference, naming both sides.</summary>
    public IReadOnlyList<string> Differences { get; }
}
