using System.Net;
using Clovisor.Wan.Sla;

namespace Clovisor.Wan.Probes;

/// <summary>Follows the probes of one target: which are out, which are late, which are lost. Pure: time is what the caller says it is.</summary>
internal sealed class TargetTracker(IPAddress target, ProbeDefinition definition, TimeSpan longestWindow)
{
    private readonly Queue<Probe> _out = new();
    private readonly QualityWindow _window = new(longestWindow);
    private TimeSpan? _meanRoundTrip;
    private TimeSpan _deviation;

    public IPAddress Target => target;

    public ProbeDefinition Definition => definition;

    /// <summary>When the next probe is to be sent.</summary>
    public TimeSpan NextDue { get; set; }

    /// <summary>Probes in a row that were answered.</summary>
    public int GoodRun { get; private set; }

    /// <summary>Probes in a row that went without an answer for longer than answers take.</summary>
    public int MissedRun { get; private set; }

    /// <summary>When the first probe of <see cref="MissedRun"/> was sent.</summary>
    public TimeSpan MissedSince { get; private set; }

    /// <summary>How many probes were answered, ever. Those that count neither way are in none of the two numbers.</summary>
    public int AnsweredCount { get; private set; }

    /// <summary>How many probes were lost, ever.</summary>
    public int LostCount { get; private set; }

    /// <summary>When the last answer came; null when none has since the last restart.</summary>
    public TimeSpan? LastAnswer { get; private set; }

    /// <summary>Why the last probe could not even be sent; null when it was.</summary>
    public string? SendError { get; set; }

    /// <summary>What came in place of an answer to the last probe that has none; null when nothing did.</summary>
    public string? Failure { get; set; }

    public bool IsDead => MissedRun >= definition.Lost;

    public bool IsAlive => LastAnswer is not null && !IsDead;

    /// <summary>How long an answer is waited for before its probe counts as missed.</summary>
    public TimeSpan Patience
    {
        get
        {
            TimeSpan least = Min(definition.Interval / 2, definition.Timeout);
            return _meanRoundTrip is { } mean ? Max(least, Min(mean + (_deviation * 4), definition.Timeout)) : definition.Timeout;
        }
    }

    /// <summary>The next time at which <see cref="Advance"/> may change something; null when nothing is out.</summary>
    public TimeSpan? NextDecision
    {
        get
        {
            TimeSpan patience = Patience;
            TimeSpan? next = null;
            foreach (Probe probe in _out)
            {
                TimeSpan decision = probe.SentAt + (probe.Missed || probe.Void ? definition.Timeout : patience);
                next = probe.Settled || decision > next ? next : decision;
            }

            return next;
        }
    }

    public LinkQuality Quality(TimeSpan window, TimeSpan now) => _window.Over(window, now);

    /// <summary>Notes that a probe was sent, or that it could not be.</summary>
    /// <param name="sequence">Its number.</param>
    /// <param name="now">When.</param>
    /// <param name="late">Whether it was sent so late that this process, not the link, may be what is slow: it then counts only if it is answered.</param>
    public void Sent(ushort sequence, TimeSpan now, bool late) => _out.Enqueue(new Probe(sequence, now) { Void = late });

    /// <summary>Notes an answer.</summary>
    /// <returns>False when no such probe is out: a duplicate, or an answer that comes after the timeout.</returns>
    public bool Answered(ushort sequence, TimeSpan now)
    {
        foreach (Probe probe in _out)
        {
            if (probe.Sequence != sequence || probe.Settled)
            {
                continue;
            }

            TimeSpan roundTrip = Max(now - probe.SentAt, TimeSpan.Zero);
            probe.Settled = true;
            LastAnswer = now;
            MissedRun = 0;
            Failure = null;
            GoodRun++;
            AnsweredCount++;
            _window.Add(probe.SentAt, roundTrip);
            Learn(roundTrip);
            Tidy();
            return true;
        }

        return false;
    }

    /// <summary>Counts what has become overdue or lost.</summary>
    /// <param name="now">The time.</param>
    /// <param name="stalled">Whether the caller itself was late: answers may have come that it had no time for, so what is out says nothing.</param>
    /// <param name="sender">Asked, before a probe counts as missed, whether its answer only lies unread; null for no.</param>
    /// <param name="device">Where the probes left.</param>
    public void Advance(TimeSpan now, bool stalled, IProbeSender? sender = null, string device = "")
    {
        TimeSpan patience = Patience;
        foreach (Probe probe in _out)
        {
            if (probe.Settled)
            {
                continue;
            }

            probe.Void |= stalled && !probe.Missed;
            TimeSpan age = now - probe.SentAt;
            if (age >= patience && !probe.Missed && !probe.Void && sender?.IsUnread(device, probe.Sequence) == true)
            {
                probe.Void = true;
            }

            if (age >= patience && !probe.Missed && !probe.Void)
            {
                probe.Missed = true;
                GoodRun = 0;
                MissedSince = MissedRun++ == 0 ? probe.SentAt : MissedSince;
            }

            if (age >= definition.Timeout)
            {
                probe.Settled = true;
                if (!probe.Void)
                {
                    LostCount++;
                    _window.Add(probe.SentAt, null);
                }
            }
        }

        Tidy();
    }

    /// <summary>Whether a probe is still waited for.</summary>
    public bool IsOut(ushort sequence) => _out.Any(probe => probe.Sequence == sequence && !probe.Settled);

    /// <summary>Forgets what is out, as after a change of address: its answers will not find back.</summary>
    public void Restart()
    {
        _out.Clear();
        (GoodRun, MissedRun, LastAnswer) = (0, 0, null);
    }

    // RFC 6298's estimator.
    private void Learn(TimeSpan roundTrip)
    {
        if (_meanRoundTrip is { } mean)
        {
            _deviation = (_deviation * 0.75) + ((mean - roundTrip).Duration() * 0.25);
            _meanRoundTrip = (mean * 0.875) + (roundTrip * 0.125);
            return;
        }

        (_meanRoundTrip, _deviation) = (roundTrip, roundTrip / 2);
    }

    private void Tidy()
    {
        while (_out.TryPeek(out Probe? oldest) && oldest.Settled)
        {
            _out.Dequeue();
        }
    }

    private static TimeSpan Min(TimeSpan left, TimeSpan right) => left < right ? left : right;

    private static TimeSpan Max(TimeSpan left, TimeSpan right) => left > right ? left : right;

    private sealed class Probe(ushort sequence, TimeSpan sentAt)
    {
        public ushort Sequence => sequence;

        public TimeSpan SentAt => sentAt;

        public bool Void { get; set; }

        public bool Missed { get; set; }

        public bool Settled { get; set; }
    }
}
