using Clovisor.Bpf.Instructions;
using Clovisor.Bpf.Networking;
using Clovisor.Bpf.Programs;
using Clovisor.EdgeHost.Lab;
using Clovisor.Wan.Failover.Interop;
using Clovisor.Wan.Failover.Measuring;
using static Clovisor.Bpf.Instructions.BpfRegister;

namespace Clovisor.Wan.Failover.Kill;

/// <summary>What belongs to others at the edge: a tcx program, a clsact filter, rules of the packet filter, a policy rule. None of it may change.</summary>
internal sealed class Neighbourhood : IDisposable
{
    private readonly LabNames _names;
    private readonly TcAttachment _tcx;
    private readonly TcAttachment _clsact;

    private Neighbourhood(LabNames names, TcAttachment tcx, TcAttachment clsact)
    {
        _names = names;
        _tcx = tcx;
        _clsact = clsact;
        Foreign = new Dictionary<(int, BpfAttachType), int> { [(tcx.InterfaceIndex, BpfAttachType.TcxEgress)] = 1 };
    }

    /// <summary>How many tcx programs of others are where.</summary>
    public IReadOnlyDictionary<(int Device, BpfAttachType Side), int> Foreign { get; }

    public static async Task<Neighbourhood> MoveInAsync(LabNames names, CancellationToken cancellationToken)
    {
        await Namespaces.NftAsync(
            names.Edge,
            "table inet theirs {\n chain out { type filter hook output priority 0; tcp dport 9 drop; }\n" +
            " chain nat { type nat hook postrouting priority srcnat; oifname \"wan3\" masquerade; }\n}\n",
            cancellationToken).ConfigureAwait(false);
        await Namespaces.IpAsync(names.Edge, "rule add fwmark 0x77 lookup 77 priority 77\n", cancellationToken).ConfigureAwait(false);
        return Space.Run(names.Edge, () =>
        {
            using BpfProgram program = new BpfAssembler().Move(R0, -1).Exit().LoadProgram(BpfProgramType.SchedulerClassifier, new BpfProgramOptions { Name = "theirs" });
            TcAttachment tcx = TcAttachment.Attach(program, Kernel.IndexOf(Site.Failing.Device), TcDirection.Egress, new TcAttachOptions { Kind = TcAttachmentKind.Tcx });
            TcAttachment clsact = TcAttachment.Attach(
                program, Kernel.IndexOf(LabAddresses.Wan0.Device), TcDirection.Ingress, new TcAttachOptions { Kind = TcAttachmentKind.Clsact, Priority = 7, Handle = 7 });
            return new Neighbourhood(names, tcx, clsact);
        });
    }

    /// <summary>All that there is of it, by the tools that show it.</summary>
    public async Task<string> DescribeAsync(CancellationToken cancellationToken)
    {
        string rules = await Tool.RunAsync("ip", ["netns", "exec", _names.Edge, "nft", "-s", "list", "ruleset"], null, cancellationToken).ConfigureAwait(false);
        string policies = await Tool.RunAsync("ip", ["-n", _names.Edge, "rule"], null, cancellationToken).ConfigureAwait(false);
        string filters = await Tool.RunAsync(
            "ip", ["netns", "exec", _names.Edge, "tc", "filter", "show", "dev", LabAddresses.Wan0.Device, "ingress"], null, cancellationToken).ConfigureAwait(false);
        string disciplines = await Tool.RunAsync("ip", ["netns", "exec", _names.Edge, "tc", "qdisc", "show"], null, cancellationToken).ConfigureAwait(false);
        return Space.Run(_names.Edge, () => string.Join('\n', rules, policies, filters, disciplines, _tcx.Link!.ReadInfo()));
    }

    public void Dispose() => Space.Run(_names.Edge, () =>
    {
        _tcx.Dispose();
        _clsact.Dispose();
    });
}
