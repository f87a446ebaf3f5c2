using Clovisor.Wan.Datapath;
using Clovisor.Wan.Model.Comparison;
using Clovisor.Wan.Model.Generation;
using Clovisor.Wan.Model.Kernel;
using Clovisor.Wan.Model.Rules;

namespace Clovisor.Wan.Model.Failures;

/// <summary>
/// Whatever helper fails, the packet is dropped and counted as that: nothing leaves or arrives half changed. Packets are those of episodes; where no helper
/// failed, everything is compared as ever.
/// </summary>
internal sealed class FailureCheck(TestSite site, KernelDatapath kernel)
{
    private const int StepsPerEpisode = 128;
    private const int MostCalls = 8;

    internal Tally Tally { get; } = new();

    /// <summary>How many packets a helper failed for.</summary>
    internal long Failed { get; private set; }

    /// <param name="seed">Of the first episode.</param>
    /// <param name="failures">How many packets a helper is to fail for.</param>
    internal string? Run(ulong seed, long failures) => site.Run(() =>
    {
        for (ulong episode = seed; Failed < failures; episode++)
        {
            if (RunEpisode(episode) is { } difference)
            {
                return $"episode {episode} with failing helpers: {difference}";
            }
        }

        return null;
    });

    private string? RunEpisode(ulong seed)
    {
        var random = new Random((int)(seed & 0x7fffffff));
        var episode = new Episode(seed, site, kernel.Capacity);
        var trial = new Trial(kernel, episode.Tables, null, Tally);
        episode.Tables.SenderTrusted = false;
        for (int i = 0; i < StepsPerEpisode; i++)
        {
            Step step = episode.Next();
            string? difference = trial.Do(step);
            if (difference is null && step is PacketStep { Arrival: { Claimed: false } arrival })
            {
                // The same once more, so that its session is there, with a helper that fails somewhere.
                int call = random.Next(1, MostCalls + 1);
                difference = Fail(arrival with { Summed = false }, call, episode.Tables, trial);
            }

            if (difference is not null)
            {
                return $"{difference}\n    {FrameText.Of(step)}";
            }
        }

        return null;
    }

    private string? Fail(Arrival arrival, int call, Tables tables, Trial trial)
    {
        kernel.Failures!.FailAt(call);
        Observation seen = kernel.Run(arrival);
        bool fired = kernel.Failures.Left == 0;
        kernel.Failures.FailAt(0);
        DatapathReason[] reasons = trial.Recount();
        string? fault = null;
        if (fired)
        {
            Failed++;
            DatapathReason wanted = arrival.Hook == Hook.Ingress ? DatapathReason.InFailed : DatapathReason.OutFailed;
            // One that does not fit, and cannot be answered either.
            bool known = reasons is [var reason] && (reason == wanted || (reason == DatapathReason.OutMtuDropped && arrival.Hook != Hook.Ingress));
            fault = seen.Code != Outcome.Shot || !known ? $"helper call {call} failed: verdict {seen.Code}, counted {string.Join(", ", reasons)}" : null;
            Tally.Count(reasons);
        }

        kernel.LoadSessions(tables);
        return fault;
    }
}
