namespace Clovisor.Wan.Associations;

/// <summary>A link inside a tier.</summary>
/// <param name="Link">The name of the link.</param>
/// <param name="Weight">Its share of the tier's sessions, against the weights of the others. 1 to 1000; the default is 1.</param>
public readonly record struct WeightedLink(string Link, int Weight = 1);
