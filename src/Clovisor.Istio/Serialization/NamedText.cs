namespace Clovisor.Istio.Serialization;

/// <summary>A text with the name that its errors are reported under.</summary>
/// <param name="Name">A file's path, or what says best where the text comes from.</param>
/// <param name="Text">The documents.</param>
public readonly record struct NamedText(string Name, string Text);
