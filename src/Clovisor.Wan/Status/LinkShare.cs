namespace Clovisor.Wan.Status;

/// <summary>How much of an association a link carries.</summary>
/// <param name="Link">The name of the link.</param>
/// <param name="Slots">How many of the association's 64 slots point at it.</param>
public readonly record struct LinkShare(string Link, int Slots);
