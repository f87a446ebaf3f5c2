namespace Clovisor.Wan.Configuration;

/// <summary>A YAML text with a name for messages, most often a path.</summary>
/// <param name="Name">The name.</param>
/// <param name="Content">The text: any number of documents.</param>
public readonly record struct ConfigurationText(string Name, string Content);
