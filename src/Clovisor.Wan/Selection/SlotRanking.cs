using System.Numerics;
using System.Text;
using Clovisor.Wan.Associations;
using Clovisor.Wan.Datapath;

namespace Clovisor.Wan.Selection;

/// <summary>For each slot of a tier, its links from the most to the least preferred. The first one that is live has the slot.</summary>
/// <remarks>
/// Who has a slot follows from the tier and from which links are live, not from history: a restarted process finds the same table.
/// When a link leaves, its slots alone move, since all others still have their first live link; when it comes back it takes the
/// same slots. Preferences are drawn by weighted rendezvous hashing under quotas, so that the shares are exact and not only
/// likely: with every link live, and with up to <see cref="ExactDepth"/> missing (there to the nearest slot or two).
/// </remarks>
internal sealed class SlotRanking
{
    /// <summary>Up to how many missing links the quotas are kept. More cost 2^n steps, and leave few links to share among.</summary>
    public const int ExactDepth = 3;

    private const int Slots = DatapathPlan.SlotsPerAssociation;

    private readonly byte[][] _order = new byte[Slots][];
    private readonly int[] _known = new int[Slots];
    private readonly int[] _weights;

    public SlotRanking(LinkTier tier)
    {
        int count = tier.Links.Length;
        _weights = [.. tier.Links.Select(static link => link.Weight)];
        double[][] scores = [.. Enumerable.Range(0, Slots).Select(slot => tier.Links.Select(link => Score(slot, link)).ToArray())];
        for (int slot = 0; slot < Slots; slot++)
        {
            _order[slot] = new byte[count];
        }

        for (int depth = 0; depth <= Math.Min(ExactDepth, count - 1); depth++)
        {
            for (uint dead = 0; dead < 1u << count; dead++)
            {
                if (BitOperations.PopCount(dead) == depth)
                {
                    Extend(dead, depth, scores);
                }
            }
        }

        for (int slot = 0; slot < Slots; slot++)
        {
            CompleteByScore(slot, scores[slot]);
        }
    }

    /// <summary>Writes the link of each slot, by its position in the tier.</summary>
    /// <param name="live">A bit for each position that may be used; at least one.</param>
    /// <param name="links">Takes one position a slot.</param>
    public void Fill(uint live, Span<byte> links)
    {
        for (int slot = 0; slot < Slots; slot++)
        {
            links[slot] = FirstLive(slot, live);
        }
    }

    /// <summary>Decides the next preference of those slots whose preferences so far are all dead.</summary>
    private void Extend(uint dead, int depth, double[][] scores)
    {
        Span<int> weights = stackalloc int[_weights.Length];
        Span<int> wanted = stackalloc int[_weights.Length];
        for (int link = 0; link < weights.Length; link++)
        {
            weights[link] = (dead >> link & 1) == 0 ? _weights[link] : 0;
        }

        Apportionment.Fill(weights, Slots, wanted);
        var open = new List<int>();
        for (int slot = 0; slot < Slots; slot++)
        {
            uint preferred = 0;
            for (int i = 0; i < depth; i++)
            {
                preferred |= 1u << _order[slot][i];
            }

            if (preferred == dead)
            {
                open.Add(slot);
            }
            else
            {
                wanted[FirstLive(slot, ~dead)]--;
            }
        }

        var claims = new List<(double Score, int Slot, int Link)>();
        foreach (int slot in open)
        {
            for (int link = 0; link < weights.Length; link++)
            {
                if (weights[link] > 0)
                {
                    claims.Add((scores[slot][link], slot, link));
                }
            }
        }

        claims.Sort(static (left, right) => right.CompareTo(left));
        foreach ((_, int slot, int link) in claims)
        {
            if (wanted[link] > 0 && _known[slot] == depth)
            {
                wanted[link]--;
                _order[slot][_known[slot]++] = (byte)link;
            }
        }
    }

    private void CompleteByScore(int slot, double[] scores)
    {
        byte[] order = _order[slot];
        int known = _known[slot];
        byte[] rest = [.. Enumerable.Range(0, order.Length).Select(static link => (byte)link)
            .Where(link => !order.AsSpan(0, known).Contains(link))
            .OrderByDescending(link => scores[link])];
        rest.CopyTo(order, known);
    }

    private byte FirstLive(int slot, uint live)
    {
        foreach (byte link in _order[slot])
        {
            if ((live >> link & 1) != 0)
            {
                return link;
            }
        }

        return byte.MaxValue;
    }

    /// <summary>The weighted rendezvous score: an exponential draw by slot and link name, so that the larger weight wins in proportion.</summary>
    private static double Score(int slot, WeightedLink link)
    {
        // Fnv-1a and a finisher: the same in every process, as string.GetHashCode is not.
        ulong hash = 14695981039346656037;
        foreach (byte b in Encoding.UTF8.GetBytes(link.Link))
        {
            hash = (hash ^ b) * 1099511628211;
        }

        hash = (hash ^ (ulong)slot) * 0x9E3779B97F4A7C15;
        hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9;
        hash = (hash ^ (hash >> 27)) * 0x94D049BB133111EB;
        hash ^= hash >> 31;
        double unit = ((hash >> 11) + 0.5) / (1UL << 53);
        return -link.Weight / Math.Log(unit);
    }
}
