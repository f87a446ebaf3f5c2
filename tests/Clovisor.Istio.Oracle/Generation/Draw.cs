namespace Clovisor.Istio.Oracle.Generation;

/// <summary>Draws from lists by a seeded generator: the same seed draws the same.</summary>
internal sealed class Draw(int seed)
{
    private readonly Random _random = new(seed);

    public int Next(int below) => _random.Next(below);

    public bool Chance(double share) => _random.NextDouble() < share;

    public T One<T>(params ReadOnlySpan<T> options) => options[_random.Next(options.Length)];

    /// <summary>Draws up to <paramref name="most"/> different ones, at least <paramref name="least"/>.</summary>
    public List<T> Some<T>(int least, int most, params ReadOnlySpan<T> options)
    {
        List<T> all = [.. options];
        for (int i = all.Count - 1; i > 0; i--)
        {
            int j = _random.Next(i + 1);
            (all[i], all[j]) = (all[j], all[i]);
        }

        return all[..Math.Min(all.Count, least + _random.Next(most - least + 1))];
    }

    /// <summary>Draws a part of a text from its start, often all of it.</summary>
    public string Start(string text) => Chance(0.4) || text.Length < 2 ? text : text[..(1 + _random.Next(text.Length - 1))];
}
