using Clovisor.Wan.Configuration;
using Clovisor.Wan.Probes;

namespace Clovisor.Wan.Links;

/// <summary>The state of one link, from what its device and its probes say. Pure: time is what the caller says it is.</summary>
/// <remarks>
/// <code>
/// absent | admin-down | no-carrier | no-address     at once, from any state, by the device
///        └─ gone ─► probing ─ first quorum answers ─► up ⇄ degraded
///                      │   ▲                              │
///                      └───┴── quorum silent ──► down ◄───┘     down, and probing after a failure, to up:
///                                                               'good' answers in a row and the hold-down
/// </code>
/// </remarks>
internal sealed class LinkStateMachine(LinkRecovery recovery, TimeSpan now)
{
    private double _penalty;
    private TimeSpan _penaltyAt;
    private TimeSpan? _goodSince;
    private bool _failedBefore;
    private string _whyUp = "";

    public LinkState State { get; private set; } = LinkState.Probing;

    public TimeSpan Since { get; private set; } = now;

    public string Reason { get; private set; } = "not looked at yet";

    public bool IsUsable => State is LinkState.Up or LinkState.Degraded;

    /// <summary>How long the link must be good before it is used again.</summary>
    public TimeSpan HoldDown { get; private set; }

    /// <summary>When the hold-down ends if the link stays good; null when none runs.</summary>
    public TimeSpan? HoldDownEnds => !IsUsable && _failedBefore && _goodSince is { } since ? since + HoldDown : null;

    /// <summary>Goes on from where another machine stands: the link's definition changed, the link did not.</summary>
    public void Continue(LinkStateMachine other)
    {
        (State, Since, Reason, HoldDown) = (other.State, other.Since, other.Reason, other.HoldDown);
        (_penalty, _penaltyAt, _goodSince, _failedBefore, _whyUp) =
            (other._penalty, other._penaltyAt, other._goodSince, other._failedBefore, other._whyUp);
    }

    /// <summary>Draws the conclusion.</summary>
    /// <param name="path">What the device says.</param>
    /// <param name="prober">What the probes say.</param>
    /// <param name="suspect">Whether the probes' silence is laid to their targets: the link then stays as it is.</param>
    /// <param name="brokenClass">An SLA class that the link breaks; null when it keeps all that are asked of it.</param>
    /// <param name="now">The time.</param>
    /// <returns>Whether the state changed.</returns>
    public bool Evaluate(LinkPath path, LinkProber prober, bool suspect, string? brokenClass, TimeSpan now)
    {
        if (path.Obstacle is { } obstacle)
        {
            _goodSince = null;
            return Enter(obstacle, path.Reason, now, failed: obstacle != LinkState.AdminDown && !path.Inherited);
        }

        if (prober.IsDead && !suspect)
        {
            _goodSince = null;
            return Enter(LinkState.Down, Silence(prober), now, failed: true);
        }

        if (IsUsable)
        {
            return brokenClass is null
                ? Enter(LinkState.Up, suspect ? "probes are silent on every link, so their targets are suspected" : _whyUp, now, failed: false)
                : Enter(LinkState.Degraded, $"breaks SLA class '{brokenClass}'", now, failed: false);
        }

        if (!prober.IsAlive)
        {
            // Down stays down until something answers.
            return State != LinkState.Down && Enter(LinkState.Probing, "waiting for the first answer to a probe", now, failed: false);
        }

        _goodSince ??= now;
        if (!_failedBefore || (prober.GoodRun >= recovery.Good && now - _goodSince >= HoldDown))
        {
            string what = prober.HasProbes ? "probes are answered" : "carrier, address and next hop are there";
            _whyUp = _failedBefore ? $"{what}, through the hold-down of {Units.Show(HoldDown)}" : what;
            return Enter(LinkState.Up, _whyUp, now, failed: false);
        }

        return Enter(
            State == LinkState.Down ? LinkState.Down : LinkState.Probing,
            $"recovering: good again, and held down for {Units.Show(HoldDown)}",
            now,
            failed: false);
    }

    private bool Enter(LinkState state, string reason, TimeSpan now, bool failed)
    {
        Reason = reason;
        if (state == State)
        {
            return false;
        }

        if (failed && IsUsable)
        {
            Penalise(now);
        }

        State = state;
        Since = now;
        return true;
    }

    private void Penalise(TimeSpan now)
    {
        _failedBefore = true;
        _penalty = (_penalty * Math.Pow(0.5, (now - _penaltyAt) / recovery.HalfLife)) + 1;
        _penaltyAt = now;

        // 2^30 · 1 ns is far above any cap; the bound keeps the product finite.
        TimeSpan grown = recovery.HoldDown * Math.Pow(2, Math.Clamp(_penalty - 1, 0, 30));
        HoldDown = grown < recovery.MaxHoldDown ? grown : recovery.MaxHoldDown;
    }

    private static string Silence(LinkProber prober)
    {
        TargetTracker[] dead = [.. prober.Targets.Where(static target => target.IsDead)];
        string targets = string.Join(", ", dead.Select(static target => target.Target.ToString()));
        string? error = dead.Select(static target => target.SendError).FirstOrDefault(static error => error is not null);
        string? failure = dead.Select(static target => target.Failure).FirstOrDefault(static failure => failure is not null);
        return error is null
            ? $"{dead.Max(static target => target.Definition.Lost)} probes in a row without an answer from {targets}{(failure is null ? "" : $": {failure}")}"
            : $"probes to {targets} could not be sent: {error}";
    }
}
