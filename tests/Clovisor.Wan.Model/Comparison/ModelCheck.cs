using Clovisor.Wan.Model.Generation;
using Clovisor.Wan.Model.Kernel;
using Clovisor.Wan.Model.Rules;

namespace Clovisor.Wan.Model.Comparison;

/// <summary>Where model and programs differ.</summary>
/// <param name="Seed">Of the episode.</param>
/// <param name="Packets">How many packets had agreed before, in all episodes.</param>
/// <param name="Text">What differs.</param>
/// <param name="Steps">The steps that are needed to see it, the last the one that shows it.</param>
internal sealed record Difference(ulong Seed, long Packets, string Text, IReadOnlyList<Step> Steps)
{
    public override string ToString() =>
        $"episode {Seed}, after {Packets} packets that agreed: {Text}\n  {Steps.Count} steps show it{(Steps.Count > MostSteps ? $", the last {MostSteps} are" : string.Empty)}:\n"
        + string.Join('\n', Steps.TakeLast(MostSteps).Select(static step => "    " + FrameText.Of(step)));

    private const int MostSteps = 12;
}

/// <summary>Runs episodes until enough packets agreed or one did not.</summary>
internal sealed class ModelCheck(TestSite site, IReadOnlyList<KernelDatapath> kernels)
{
    private const int StepsPerEpisode = 256;

    internal Tally Tally { get; } = new();

    /// <summary>Null: all agreed.</summary>
    /// <param name="seed">Of the first episode; the others count on.</param>
    /// <param name="packets">How many at least.</param>
    internal Difference? Run(ulong seed, long packets) => site.Run(() =>
    {
        for (ulong episode = 0; Tally.Total < packets; episode++)
        {
            if (RunEpisode(seed + episode) is { } difference)
            {
                return difference;
            }
        }

        return null;
    });

    // Most of them on maps with room; some on maps that are full soon.
    private KernelDatapath KernelOf(ulong seed) => kernels[seed % 8 == 0 ? kernels.Count - 1 : 0];

    private Difference? RunEpisode(ulong seed)
    {
        (Episode episode, Trial trial) = Begin(seed, Tally);
        List<Step> steps = [];
        long before = Tally.Total;
        string? difference = null;
        while (steps.Count < StepsPerEpisode && difference is null)
        {
            Step step = episode.Next();
            steps.Add(step);
            difference = trial.Do(step);
        }

        difference ??= trial.CheckWhole();
        if (difference is null)
        {
            return null;
        }

        IReadOnlyList<Step> shrunk = Shrink(seed, steps, ref difference);
        return new Difference(seed, before + steps.Count(static step => step is PacketStep) - 1, difference, shrunk);
    }

    private (Episode Episode, Trial Trial) Begin(ulong seed, Tally tally)
    {
        KernelDatapath kernel = KernelOf(seed);
        var episode = new Episode(seed, site, kernel.Capacity);
        string? group = episode.Trust switch { Trust.Own => site.OwnGroup, Trust.Other => site.OtherGroup, _ => null };
        return (episode, new Trial(kernel, episode.Tables, group, tally));
    }

    /// <summary>Leaves out steps for as long as what is left still shows a difference.</summary>
    private List<Step> Shrink(ulong seed, List<Step> steps, ref string difference)
    {
        List<Step> kept = steps;
        if (Replay(seed, kept) is not { } first)
        {
            return kept;
        }

        (kept, difference) = first;
        for (int size = kept.Count / 2; size >= 1; size /= 2)
        {
            for (int start = 0; start < kept.Count - 1;)
            {
                List<Step> fewer = [.. kept.Take(start), .. kept.Skip(Math.Min(start + size, kept.Count - 1))];
                if (fewer.Count < kept.Count && Replay(seed, fewer) is { } shows)
                {
                    (kept, difference) = shows;
                }
                else
                {
                    start += size;
                }
            }
        }

        return kept;
    }

    // All entries are compared after each step: the first difference is the cause, not a consequence.
    private (List<Step> Steps, string Text)? Replay(ulong seed, List<Step> steps)
    {
        (_, Trial trial) = Begin(seed, new Tally());
        for (int i = 0; i < steps.Count; i++)
        {
            if ((trial.Do(steps[i]) ?? trial.CheckWhole()) is { } text)
            {
                return (steps[..(i + 1)], text);
            }
        }

        return null;
    }
}
