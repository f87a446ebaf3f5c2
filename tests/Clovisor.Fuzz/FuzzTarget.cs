namespace Clovisor.Fuzz;

/// <summary>A reader of foreign bytes.</summary>
/// <param name="Name">The name for the command line and for findings.</param>
/// <param name="Weight">How often it is picked, against the others.</param>
/// <param name="SeedSource">Gives inputs that are right.</param>
/// <param name="Run">Reads the input to the end. Throws only what <paramref name="Refuses"/> knows.</param>
/// <param name="Refuses">Whether an exception is the documented way to say no.</param>
internal sealed record FuzzTarget(
    string Name, int Weight, Func<IReadOnlyList<byte[]>> SeedSource, Action<byte[]> Run, Func<Exception, bool> Refuses)
{
    internal IReadOnlyList<byte[]> Seeds => SeedSource();
}
