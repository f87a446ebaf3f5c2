namespace Clovisor.Istio.Resources;

/// <summary>A document that was recognised and left aside.</summary>
/// <param name="ApiVersion">The document's API version.</param>
/// <param name="Kind">The document's kind.</param>
/// <param name="Name">The object's name.</param>
/// <param name="Source">Where the document is.</param>
public sealed record IgnoredDocument(string ApiVersion, string Kind, string Name, SourceLocation Source);
