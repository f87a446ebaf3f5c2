namespace Clovisor.Wan.Selection;

/// <summary>Gives out a number of seats by weight, with the divisor method of Sainte-Laguë.</summary>
/// <remarks>
/// A divisor method and not the largest remainder, because only the former keeps what the others have when one leaves: the seats
/// of the one that left are given out, and nobody who stays loses a seat. Largest remainders can take one away.
/// </remarks>
internal static class Apportionment
{
    /// <summary>Writes the seats of each party. Parties of weight 0 get none; equal claims go to the party that is named first.</summary>
    public static void Fill(ReadOnlySpan<int> weights, int seats, Span<int> result)
    {
        result.Clear();
        for (int given = 0; given < seats; given++)
        {
            int next = -1;
            for (int party = 0; party < weights.Length; party++)
            {
                // weight / (2 · seats + 1), compared without division.
                if (weights[party] > 0 && (next < 0
                    || (long)weights[party] * ((2 * result[next]) + 1) > (long)weights[next] * ((2 * result[party]) + 1)))
                {
                    next = party;
                }
            }

            if (next < 0)
            {
                return;
            }

            result[next]++;
        }
    }
}
