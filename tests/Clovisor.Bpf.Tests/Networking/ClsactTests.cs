using Clovisor.Bpf.Links;
using Clovisor.Bpf.Networking;
using Clovisor.Testing;

namespace Clovisor.Bpf.Tests.Networking;

public sealed class ClsactTests
{
    private static readonly TcAttachOptions Clsact = new() { Kind = TcAttachmentKind.Clsact };
    private static readonly TcAttachOptions Staying = Clsact with { PinPath = "/unused" };

    [KernelFact]
    public void A_filter_left_by_a_process_before_is_adopted()
    {
        using var space = new NetworkNamespace("clsact");
        using var counter = new PacketCounter();
        space.Run(counter.Attach(space, TcDirection.Egress, Staying).Dispose);
        Assert.Equal(2UL, counter.DuringPing(space));

        using var successor = new PacketCounter();
        TcAttachment second = successor.Attach(space, TcDirection.Egress, Clsact);

        Assert.True(second.WasAdopted);
        Assert.Equal(0UL, counter.DuringPing(space));
        Assert.Equal(2UL, successor.Packets);
        Assert.Single(Filters(space, "egress"));

        // Whoever made the discipline is gone, yet it is known to be ours.
        space.Run(second.Dispose);
        Assert.DoesNotContain("clsact", Disciplines(space), StringComparison.Ordinal);
    }

    [KernelFact]
    public void A_leftover_is_removed_by_name_without_its_process()
    {
        using var space = new NetworkNamespace("clsact");
        using var counter = new PacketCounter();
        space.Run(counter.Attach(space, TcDirection.Ingress, Staying).Dispose);
        space.Run(counter.Attach(space, TcDirection.Egress, Staying).Dispose);

        Assert.False(space.Run(() => TcAttachment.RemoveClsactLeftover(PacketCounter.Loopback, TcDirection.Ingress, "other")));
        Assert.True(space.Run(() => TcAttachment.RemoveClsactLeftover(PacketCounter.Loopback, TcDirection.Ingress, "count")));
        Assert.Contains("clsact", Disciplines(space), StringComparison.Ordinal);
        Assert.True(space.Run(() => TcAttachment.RemoveClsactLeftover(PacketCounter.Loopback, TcDirection.Egress, "count")));
        Assert.False(space.Run(() => TcAttachment.RemoveClsactLeftover(PacketCounter.Loopback, TcDirection.Egress, "count")));
        Assert.DoesNotContain("clsact", Disciplines(space), StringComparison.Ordinal);
    }

    [KernelFact]
    public void A_place_taken_by_somebody_else_is_refused_and_stays()
    {
        using var pins = new PinDirectory();
        using var space = new NetworkNamespace("clsact");
        using var foreign = new PacketCounter();
        using var ours = new PacketCounter();
        foreign.Twice.Pin(pins.Under("foreign"));
        space.Exec("tc", "qdisc", "add", "dev", "lo", "clsact");
        space.Exec("tc", "filter", "add", "dev", "lo", "ingress", "prio", "1000", "handle", "1", "bpf", "da", "pinned", pins.Under("foreign"));

        BpfException refused = Assert.Throws<BpfException>(() => ours.Attach(space, TcDirection.Ingress, Clsact));

        Assert.Contains("Priority 1000, handle 1 is taken", refused.Message, StringComparison.Ordinal);
        Assert.Equal(4UL, foreign.DuringPing(space));
        Assert.Equal(0UL, ours.Packets);
        space.Run(ours.Attach(space, TcDirection.Ingress, Clsact with { Handle = 2 }).Dispose);
        Assert.Equal(4UL, foreign.DuringPing(space));
    }

    [KernelFact]
    public void A_discipline_that_was_made_empty_by_somebody_else_stays()
    {
        using var space = new NetworkNamespace("clsact");
        using var counter = new PacketCounter();
        space.Exec("tc", "qdisc", "add", "dev", "lo", "clsact");
        space.Run(counter.Attach(space, TcDirection.Ingress, Clsact).Dispose);
        Assert.Contains("clsact", Disciplines(space), StringComparison.Ordinal);
    }

    [KernelFact]
    public void A_discipline_of_ours_stays_while_a_foreign_filter_is_on_it()
    {
        using var pins = new PinDirectory();
        using var space = new NetworkNamespace("clsact");
        using var foreign = new PacketCounter();
        using var ours = new PacketCounter();
        foreign.Program.Pin(pins.Under("foreign"));
        TcAttachment attachment = ours.Attach(space, TcDirection.Ingress, Clsact);
        space.Exec("tc", "filter", "add", "dev", "lo", "egress", "bpf", "da", "pinned", pins.Under("foreign"));

        space.Run(attachment.Dispose);

        Assert.Equal(2UL, foreign.DuringPing(space));
    }

    [KernelFact]
    public void A_filter_that_somebody_put_in_our_place_is_not_removed()
    {
        using var pins = new PinDirectory();
        using var space = new NetworkNamespace("clsact");
        using var foreign = new PacketCounter();
        using var ours = new PacketCounter();
        foreign.Program.Pin(pins.Under("foreign"));
        TcAttachment attachment = ours.Attach(space, TcDirection.Ingress, Clsact);
        space.Exec("tc", "filter", "replace", "dev", "lo", "ingress", "prio", "1000", "handle", "1", "bpf", "da", "pinned", pins.Under("foreign"));

        space.Run(attachment.Dispose);

        Assert.Equal(2UL, foreign.DuringPing(space));
    }

    [KernelFact]
    public void The_older_ingress_discipline_takes_no_egress_program()
    {
        using var space = new NetworkNamespace("clsact");
        using var counter = new PacketCounter();
        space.Exec("tc", "qdisc", "add", "dev", "lo", "ingress");

        BpfException refused = Assert.Throws<BpfException>(() => counter.Attach(space, TcDirection.Egress, Clsact));
        Assert.Contains("no egress side", refused.Message, StringComparison.Ordinal);
        Assert.Contains("ingress", Disciplines(space), StringComparison.Ordinal);

        space.Run(counter.Attach(space, TcDirection.Ingress, Clsact).Dispose);
        Assert.Contains("ingress", Disciplines(space), StringComparison.Ordinal);
    }

    private static string Disciplines(NetworkNamespace space) => space.Exec("tc", "qdisc", "show", "dev", "lo");

    private static List<string> Filters(NetworkNamespace space, string side) =>
        [.. space.Exec("tc", "filter", "show", "dev", "lo", side).Split('\n').Where(static line => line.Contains("handle 0x", StringComparison.Ordinal))];
}
