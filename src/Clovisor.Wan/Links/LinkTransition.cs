namespace Clovisor.Wan.Links;

/// <summary>A link went from one state to another.</summary>
internal readonly record struct LinkTransition(string Link, LinkState From, LinkState To, string Reason, TimeSpan At);
