namespace Clovisor.Istio.Sources;

/// <summary>How a folder is watched. The defaults publish an edit within a second, with or without file system events.</summary>
public sealed record YamlFolderSettings
{
    /// <summary>Gets the settings with all defaults.</summary>
    public static YamlFolderSettings Default { get; } = new();

    /// <summary>Gets how long the folder must be quiet after an event before it is read: editors write in several steps. The default is 100 ms.</summary>
    public TimeSpan SettleTime { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Gets the longest wait for quiet; a folder that never rests is read all the same. The default is 400 ms.</summary>
    public TimeSpan LongestSettleTime { get; init; } = TimeSpan.FromMilliseconds(400);

    /// <summary>Gets how often names, sizes and times are compared, for file systems and limits that swallow events. The default is 500 ms.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Gets a value indicating whether file system events are used beside polling. The default is true.</summary>
    public bool UseEvents { get; init; } = true;
}
