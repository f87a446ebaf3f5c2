using Clovisor.Bpf.Links;
using Clovisor.Bpf.Networking;
using Clovisor.Bpf.Programs;
using Clovisor.Testing;

namespace Clovisor.Bpf.Tests.Networking;

/// <summary>What holds for both ways of attaching.</summary>
public sealed class TcAttachmentTests
{
    public static TheoryData<TcAttachmentKind, TcDirection> Ways => new()
    {
        { TcAttachmentKind.Tcx, TcDirection.Ingress },
        { TcAttachmentKind.Tcx, TcDirection.Egress },
        { TcAttachmentKind.Clsact, TcDirection.Ingress },
        { TcAttachmentKind.Clsact, TcDirection.Egress },
    };

    [KernelTheory]
    [MemberData(nameof(Ways))]
    public void Runs_while_attached_and_not_after(TcAttachmentKind kind, TcDirection direction)
    {
        using var space = new NetworkNamespace("tc");
        using var counter = new PacketCounter();
        TcAttachment attachment = counter.Attach(space, direction, new TcAttachOptions { Kind = kind });

        Assert.Equal((kind, direction, PacketCounter.Loopback), (attachment.Kind, attachment.Direction, attachment.InterfaceIndex));
        Assert.Equal(2UL, counter.DuringPing(space));
        space.Run(attachment.Dispose);
        Assert.Equal(0UL, counter.DuringPing(space));
        Assert.DoesNotContain("clsact", space.Exec("tc", "qdisc", "show", "dev", "lo"), StringComparison.Ordinal);
    }

    [KernelTheory]
    [MemberData(nameof(Ways))]
    public void Swaps_the_program_in_place(TcAttachmentKind kind, TcDirection direction)
    {
        using var space = new NetworkNamespace("tc");
        using var counter = new PacketCounter();
        TcAttachment attachment = counter.Attach(space, direction, new TcAttachOptions { Kind = kind });

        space.Run(() => attachment.Replace(counter.Twice));

        Assert.Equal(4UL, counter.DuringPing(space));
        space.Run(attachment.Dispose);
        Assert.Equal(0UL, counter.DuringPing(space));
    }

    [KernelTheory]
    [MemberData(nameof(Ways))]
    public void Detaching_twice_does_nothing_and_swapping_afterwards_is_refused(TcAttachmentKind kind, TcDirection direction)
    {
        using var space = new NetworkNamespace("tc");
        using var counter = new PacketCounter();
        TcAttachment attachment = counter.Attach(space, direction, new TcAttachOptions { Kind = kind });
        space.Run(() =>
        {
            attachment.Detach();
            attachment.Detach();
            attachment.Dispose();
            Assert.Throws<ObjectDisposedException>(() => attachment.Replace(counter.Twice));
        });
    }

    [KernelTheory]
    [MemberData(nameof(Ways))]
    public void A_foreign_tcx_program_counts_before_and_after(TcAttachmentKind kind, TcDirection direction)
    {
        using var space = new NetworkNamespace("tc");
        using var foreign = new PacketCounter();
        using var ours = new PacketCounter();
        using TcAttachment stays = foreign.Attach(space, direction, new TcAttachOptions { Kind = TcAttachmentKind.Tcx });
        Assert.Equal(2UL, foreign.DuringPing(space));

        TcAttachment attachment = ours.Attach(space, direction, new TcAttachOptions { Kind = kind });
        Assert.Equal(2UL, foreign.DuringPing(space));
        Assert.Equal(2UL, ours.Packets);

        space.Run(attachment.Dispose);
        Assert.Equal(2UL, foreign.DuringPing(space));
        Assert.Equal(2UL, ours.Packets);
    }

    [KernelTheory]
    [MemberData(nameof(Ways))]
    public void A_foreign_filter_made_by_tc_counts_before_and_after(TcAttachmentKind kind, TcDirection direction)
    {
        using var pins = new PinDirectory();
        using var space = new NetworkNamespace("tc");
        using var foreign = new PacketCounter();
        using var ours = new PacketCounter();
        foreign.Program.Pin(pins.Under("foreign"));
        string side = direction == TcDirection.Ingress ? "ingress" : "egress";
        space.Exec("tc", "qdisc", "add", "dev", "lo", "clsact");
        space.Exec("tc", "filter", "add", "dev", "lo", side, "prio", "5", "handle", "7", "bpf", "da", "pinned", pins.Under("foreign"));
        string before = space.Exec("tc", "filter", "show", "dev", "lo", side);
        Assert.Equal(2UL, foreign.DuringPing(space));

        TcAttachment attachment = ours.Attach(space, direction, new TcAttachOptions { Kind = kind });
        Assert.Equal(2UL, foreign.DuringPing(space));
        Assert.Equal(2UL, ours.Packets);

        space.Run(attachment.Dispose);
        Assert.Equal(2UL, foreign.DuringPing(space));
        Assert.Equal(2UL, ours.Packets);
        Assert.Equal(before, space.Exec("tc", "filter", "show", "dev", "lo", side));
        Assert.Contains("clsact", space.Exec("tc", "qdisc", "show", "dev", "lo"), StringComparison.Ordinal);
    }

    [KernelTheory]
    [MemberData(nameof(Ways))]
    public void Detaches_from_a_thread_that_is_in_another_namespace(TcAttachmentKind kind, TcDirection direction)
    {
        using var space = new NetworkNamespace("tc");
        using var elsewhere = new NetworkNamespace("tc");
        using var counter = new PacketCounter();
        TcAttachment attachment = counter.Attach(space, direction, new TcAttachOptions { Kind = kind });

        elsewhere.Run(attachment.Dispose);

        Assert.Equal(0UL, counter.DuringPing(space));
    }

    [KernelTheory]
    [InlineData(TcAttachmentKind.Tcx, TcAttachmentKind.Clsact)]
    [InlineData(TcAttachmentKind.Clsact, TcAttachmentKind.Tcx)]
    public void A_lasting_attachment_of_the_other_kind_is_replaced(TcAttachmentKind before, TcAttachmentKind after)
    {
        using var pins = new PinDirectory();
        using var space = new NetworkNamespace("tc");
        using var counter = new PacketCounter();
        using var successor = new PacketCounter();
        var options = new TcAttachOptions { PinPath = pins.Under("link") };
        space.Run(counter.Attach(space, TcDirection.Ingress, options with { Kind = before }).Dispose);
        Assert.Equal(2UL, counter.DuringPing(space));

        TcAttachment attachment = successor.Attach(space, TcDirection.Ingress, options with { Kind = after });

        Assert.Equal(after, attachment.Kind);
        Assert.Equal(0UL, counter.DuringPing(space));
        Assert.Equal(2UL, successor.Packets);
        attachment.Detach();
        Assert.Equal(0UL, successor.DuringPing(space));
        Assert.False(File.Exists(options.PinPath));
        Assert.DoesNotContain("clsact", space.Exec("tc", "qdisc", "show", "dev", "lo"), StringComparison.Ordinal);
    }

    [KernelTheory]
    [MemberData(nameof(Ways))]
    public void Detaching_after_the_device_is_gone_does_nothing(TcAttachmentKind kind, TcDirection direction)
    {
        using var pins = new PinDirectory();
        using var space = new NetworkNamespace("tc");
        using var counter = new PacketCounter();
        space.AddVeth("d0", space, "d1");
        int index = space.IndexOf("d0");
        var options = new TcAttachOptions { Kind = kind, PinPath = pins.Under("link") };
        TcAttachment attachment = space.Run(() => TcAttachment.Attach(counter.Program, index, direction, options));
        space.Ip("link", "del", "d0");

        attachment.Detach();

        Assert.False(File.Exists(options.PinPath));
    }

    [KernelFact]
    public void Without_a_choice_takes_tcx_where_the_kernel_has_it()
    {
        using var space = new NetworkNamespace("tc");
        using var counter = new PacketCounter();
        using TcAttachment attachment = counter.Attach(space, TcDirection.Ingress);
        Assert.Equal(TcAttachmentKind.Tcx, attachment.Kind);
        Assert.Equal(BpfLinkType.Tcx, attachment.Link!.ReadInfo().Type);
    }

    [KernelTheory]
    [InlineData(TcAttachmentKind.Tcx)]
    [InlineData(TcAttachmentKind.Clsact)]
    public void Refuses_a_device_that_does_not_exist(TcAttachmentKind kind)
    {
        using var counter = new PacketCounter();
        BpfException refused = Assert.ThrowsAny<BpfException>(
            () => TcAttachment.Attach(counter.Program, 987_654, TcDirection.Egress, new TcAttachOptions { Kind = kind }));
        Assert.Equal("ENODEV", refused.ErrnoName);
        Assert.Contains("interface 987654", refused.Message, StringComparison.Ordinal);
        Assert.Contains("does not exist", refused.Message, StringComparison.Ordinal);
    }

    [KernelFact]
    public void Refuses_a_program_of_another_type_and_options_out_of_range()
    {
        using BpfObject loaded = TestPrograms.Load("""SEC("xdp") int drop(struct xdp_md *context) { return 1; }""");
        using BpfProgram program = loaded.Program("drop");
        Assert.Contains("SEC(\"tc\")", Assert.Throws<ArgumentException>(() => TcAttachment.Attach(program, 1, TcDirection.Ingress)).Message, StringComparison.Ordinal);

        using var counter = new PacketCounter();
        Assert.Throws<ArgumentOutOfRangeException>(() => TcAttachment.Attach(counter.Program, 0, TcDirection.Ingress));
        Assert.Throws<ArgumentOutOfRangeException>(() => TcAttachment.Attach(counter.Program, 1, TcDirection.Ingress, new TcAttachOptions { Priority = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => TcAttachment.Attach(counter.Program, 1, TcDirection.Ingress, new TcAttachOptions { Handle = 0 }));
    }
}
