namespace Clovisor.Wan.Associations;

/// <summary>A request header that a session's requests must carry.</summary>
/// <param name="Name">The name, compared without case.</param>
/// <param name="Value">The value: exact, or with one <c>*</c> at its end for "begins with"; <c>*</c> alone asks that the header is there.</param>
public readonly record struct HeaderMatch(string Name, string Value);
