namespace Clovisor.Fuzz;

/// <summary>One input and what it goes to. Follows from the seed and the number alone.</summary>
internal sealed record FuzzCase(FuzzTarget Target, byte[] Input)
{
    internal static FuzzCase Create(FuzzOptions options, long iteration)
    {
        var random = new Random(HashCode(options.Seed, (ulong)iteration));
        FuzzTarget target = options.Target is { } name
            ? FuzzTargets.All.First(known => known.Name == name)
            : FuzzTargets.Pick(random);
        byte[] seed = target.Seeds[random.Next(target.Seeds.Count)];
        byte[] other = target.Seeds[random.Next(target.Seeds.Count)];
        return new FuzzCase(target, Mutator.Mutate(seed, other, random));
    }

    // Stable over runs, which the framework's own is not.
    private static int HashCode(ulong seed, ulong iteration)
    {
        ulong state = (seed * 0x9E3779B97F4A7C15) ^ (iteration + 0x632BE59BD9B4E019);
        state = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
        state = (state ^ (state >> 27)) * 0x94D049BB133111EB;
        return (int)(state >> 33);
    }
}
