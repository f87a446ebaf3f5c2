using System.Net;
using Clovisor.Wan.Links;
using Clovisor.Wan.Probes;

namespace Clovisor.Wan.Tests.Links;

/// <summary>A link whose device and targets do what the test says, in virtual time.</summary>
internal sealed class VirtualLink : IProbeSender
{
    private static readonly IPAddress Target = IPAddress.Parse("192.0.2.9");
    private readonly List<(TimeSpan At, IPAddress Target, ushort Sequence)> _answers = [];
    private readonly WanLink _link;

    public VirtualLink(ProbeDefinition? probe = null, LinkRecovery? recovery = null)
    {
        _link = new WanLink
        {
            Name = "fibre",
            Device = "eth0",
            Probes = [probe ?? new ProbeDefinition { Targets = [Target] }],
            Recovery = recovery ?? new LinkRecovery(),
        };
        Prober = new LinkProber(_link, TimeSpan.FromSeconds(10), Now);
        Machine = new LinkStateMachine(_link.Recovery, Now);
        Path = new LinkPath { Link = _link, Index = 1 };
    }

    public TimeSpan Now { get; private set; } = TimeSpan.FromSeconds(1);

    public LinkProber Prober { get; }

    public LinkStateMachine Machine { get; }

    public LinkPath Path { get; set; }

    public Func<IPAddress, bool> Answers { get; set; } = static _ => true;

    public TimeSpan RoundTrip { get; set; } = TimeSpan.FromMilliseconds(20);

    public int Sent { get; private set; }

    /// <summary>Whether answers lie in the kernel unread.</summary>
    public bool Unread { get; set; }

    public bool IsUnread(string device, ushort sequence) => Unread;

    public List<(TimeSpan At, LinkState State)> Changes { get; } = [];

    public int Switches => Changes.Count(static change => change.State is LinkState.Up);

    public string? Send(in ProbeOrigin origin, ProbeDefinition definition, IPAddress target, ushort sequence, out TimeSpan sentAt)
    {
        sentAt = Now;
        Sent++;
        if (Answers(target))
        {
            _answers.Add((Now + RoundTrip, target, sequence));
        }

        return null;
    }

    public void SetObstacle(LinkState? obstacle)
    {
        if (obstacle is null && Path.Obstacle is not null)
        {
            Prober.Restart(Now);
        }

        Path = Path with { Obstacle = obstacle, Reason = obstacle?.ToString() ?? "" };
        Evaluate();
    }

    /// <summary>Lets time pass, from one moment at which something is due to the next, as the engine's loop does.</summary>
    public void Pass(TimeSpan time)
    {
        for (TimeSpan end = Now + time; Now < end;)
        {
            Step(end);
        }
    }

    /// <summary>Lets time pass without the engine getting to run, as on a node that is overloaded.</summary>
    public void Stall(TimeSpan time) => Now += time;

    /// <summary>How long it takes until the link is in a state.</summary>
    public TimeSpan Until(LinkState state, TimeSpan limit)
    {
        TimeSpan start = Now;
        while (Machine.State != state)
        {
            Assert.True(Now - start < limit, $"not {state} within {limit} but {Machine.State}: {Machine.Reason}");
            Step(start + limit);
        }

        return Now - start;
    }

    private void Step(TimeSpan end)
    {
        TimeSpan next = new[] { end, Prober.NextWake, Machine.HoldDownEnds, _answers.Select(static answer => (TimeSpan?)answer.At).Min() }.Min()!.Value;
        Now = next > Now ? next : Now + TimeSpan.FromMilliseconds(1);
        foreach ((_, IPAddress target, ushort sequence) in _answers.Where(answer => answer.At <= Now).ToArray())
        {
            Prober.Answered(target, sequence, Now);
        }

        _answers.RemoveAll(answer => answer.At <= Now);
        Prober.Run(Path, this, Now);
        Evaluate();
    }

    private void Evaluate()
    {
        if (Machine.Evaluate(Path, Prober, suspect: false, brokenClass: null, Now))
        {
            Changes.Add((Now, Machine.State));
        }
    }
}
