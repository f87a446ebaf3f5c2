namespace Clovisor.Wan.Sla;

/// <summary>Says whether the loss of a link keeps a limit, once there are samples enough to say so, and not before.</summary>
/// <remarks>
/// <para>
/// A repeated sequential test (Page's CUSUM) between two hypotheses: loss is at <c>leave</c>, or at <c>enter</c>. Each sample adds the logarithm of how
/// much likelier the one makes it than the other, and the sum never falls below zero; at <see cref="Evidence"/> the verdict is changed. No test with as few
/// false alarms finds a change sooner. The numbers are worked out in docs/wan-link-state.md.
/// </para>
/// <para>
/// Probes of all targets are pooled, since the link is common to them. Where the targets disagree by more than chance allows, one of them limits its answers
/// or fails, and says nothing of the link: then each of them must have the whole evidence by itself.
/// </para>
/// <para>Every change of verdict makes the next one dearer for a while, so that a loss between the limits does not switch to and fro.</para>
/// </remarks>
internal sealed class LossJudge
{
    /// <summary>The logarithm of the odds at which the verdict changes: one false change in 70 million samples while the loss is at a limit.</summary>
    public const double Evidence = 13;

    // Further evidence than this is not kept: what was true long ago must not weigh on what is true now.
    private const double MostKept = 1.5;

    // How many deviations the loss of one target may lie from that of the others.
    private const double Disagreement = 3;

    // One change is nothing; with each further one lately the next needs the whole evidence once more, six times at most.
    private const double MostChanges = 6;

    private static readonly TimeSpan ChangesHalve = TimeSpan.FromHours(2);

    private static readonly TimeSpan PassiveHolds = TimeSpan.FromSeconds(30);

    private readonly double _lostWeighs;
    private readonly double _answeredWeighs;
    private readonly Source[] _targets;
    private readonly Source _passive = new();
    private readonly Source _pool = new();
    private TimeSpan _heardPassiveAt;
    private double _changes;
    private TimeSpan _changedAt;

    public LossJudge(SlaLimit<double> limit, int targets)
    {
        // Limits of 0 and 100 % and equal ones are moved apart by as much as can be told apart at all.
        double good = Math.Clamp(limit.Leave, 0.0005, 0.98);
        double bad = Math.Clamp(limit.Enter, Math.Min(Math.Max(good * 1.25, good + 0.001), (good + 1) / 2), 0.995);
        _lostWeighs = Math.Log(bad / good);
        _answeredWeighs = Math.Log((1 - bad) / (1 - good));
        _targets = new Source[targets];
        for (int i = 0; i < targets; i++)
        {
            _targets[i] = new Source();
        }
    }

    public SlaVerdict Verdict { get; private set; }

    /// <summary>How much of the evidence for a change there is, 0 to 1.</summary>
    public double Progress(TimeSpan now) => Math.Min(1, (Verdict == SlaVerdict.Broken ? _pool.Good : Math.Max(_pool.Bad, _passive.Bad)) / Threshold(now));

    /// <summary>Takes in what became of probes of one target.</summary>
    public void Add(int target, double samples, double lost)
    {
        double score = Score(samples, lost);
        _targets[target].Add(score, samples, lost);
        _pool.Add(score, samples, lost);
        if (_pool.Bad == 0)
        {
            // Nothing speaks for a change: a suspicion begins anew with the next loss.
            foreach (Source source in _targets)
            {
                source.ForgetCounts();
            }
        }
    }

    /// <summary>Takes in what became of packets of sessions.</summary>
    public void AddPassive(double samples, double lost, TimeSpan now)
    {
        _passive.Add(Score(samples, lost), samples, lost);
        _heardPassiveAt = now;
    }

    /// <summary>Draws the conclusion.</summary>
    /// <returns>Whether the verdict changed.</returns>
    public bool Conclude(TimeSpan now)
    {
        double threshold = Threshold(now);
        if (now - _heardPassiveAt > PassiveHolds)
        {
            // The sessions have left: what they said must not keep the link from recovering.
            _passive.Reset();
        }

        Limit(threshold);
        bool bad = _passive.Bad >= threshold || (_pool.Bad >= threshold && Agree()) || (_targets.Length > 0 && _targets.All(target => target.Bad >= threshold));
        bool good = !bad && _passive.Bad < threshold
            && (_pool.Good >= threshold || _targets.Any(target => target.Good >= threshold) || (_targets.Length == 0 && _passive.Good >= threshold));
        SlaVerdict next = bad ? SlaVerdict.Broken : good ? SlaVerdict.Kept : Verdict;
        if (next == Verdict)
        {
            return false;
        }

        bool first = Verdict == SlaVerdict.Unknown;
        Verdict = next;
        if (!first)
        {
            _changes = Math.Min(MostChanges, Decayed(now) + 1);
            _changedAt = now;
        }

        foreach (Source source in (Source[])[.. _targets, _passive, _pool])
        {
            source.Reset();
        }

        return true;
    }

    private double Threshold(TimeSpan now) => Evidence * (1 + Math.Max(0, Decayed(now) - 1));

    private double Decayed(TimeSpan now) => _changes * Math.Pow(0.5, (now - _changedAt) / ChangesHalve);

    private double Score(double samples, double lost) => (lost * _lostWeighs) + ((samples - lost) * _answeredWeighs);

    /// <summary>Whether the target with the least loss and all the others may have the same loss.</summary>
    private bool Agree()
    {
        Source[] heard = [.. _targets.Where(static target => target.Samples > 0)];
        if (heard.Length < 2)
        {
            return true;
        }

        Source best = heard.MinBy(static target => target.Lost / target.Samples)!;
        double others = heard.Sum(static target => target.Samples) - best.Samples;
        double othersLost = heard.Sum(static target => target.Lost) - best.Lost;
        double common = (best.Lost + othersLost) / (best.Samples + others);
        double deviation = Math.Sqrt(common * (1 - common) * ((1 / best.Samples) + (1 / others)));
        return (othersLost / others) - (best.Lost / best.Samples) <= Disagreement * deviation;
    }

    private void Limit(double threshold)
    {
        foreach (Source target in _targets)
        {
            target.Limit(threshold * MostKept);
        }

        _passive.Limit(threshold * MostKept);
        _pool.Limit(threshold * MostKept);
    }

    /// <summary>The evidence of one stream of samples, for a broken limit and for a kept one.</summary>
    private sealed class Source
    {
        public double Bad { get; private set; }

        public double Good { get; private set; }

        public double Samples { get; private set; }

        public double Lost { get; private set; }

        public void Add(double score, double samples, double lost)
        {
            Bad = Math.Max(0, Bad + score);
            Good = Math.Max(0, Good - score);
            (Samples, Lost) = (Samples + samples, Lost + lost);
        }

        public void Limit(double most) => (Bad, Good) = (Math.Min(Bad, most), Math.Min(Good, most));

        public void ForgetCounts() => (Samples, Lost) = (0, 0);

        public void Reset() => (Bad, Good, Samples, Lost) = (0, 0, 0, 0);
    }
}
