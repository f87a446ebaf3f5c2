namespace Clovisor.Hosting.Kubernetes.Resources;

/// <summary>A value that is written as a number or as a name. Equal when the texts are.</summary>
/// <param name="Text">As written.</param>
public readonly record struct NumberOrName(string Text);
