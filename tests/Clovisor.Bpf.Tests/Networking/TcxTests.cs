using Clovisor.Bpf.Links;
using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Networking;
using Clovisor.Bpf.Programs;
using Clovisor.Testing;

namespace Clovisor.Bpf.Tests.Networking;

public sealed class TcxTests
{
    // Each program adds its digit to the mark: the mark tells in which order they ran.
    private static string Digit(int digit) => $$"""
        struct { __uint(type, BPF_MAP_TYPE_ARRAY); __type(key, __u32); __type(value, __u64); __uint(max_entries, 1); } order SEC(".maps");
        SEC("tc") int digit(struct __sk_buff *skb)
        {
            __u32 zero = 0;
            __u64 mark = skb->mark * 10 + {{digit}};
            bpf_map_update_elem(&order, &zero, &mark, BPF_ANY);
            skb->mark = mark;
            return TC_ACT_UNSPEC;
        }
        """;

    [KernelFact]
    public void Programs_run_in_the_order_asked_for()
    {
        using var space = new NetworkNamespace("tcx");
        BpfObject[] loaded = [.. Enumerable.Range(1, 5).Select(static digit => TestPrograms.Load(Digit(digit)))];
        var attachments = new List<TcAttachment>();
        TcAttachment Attach(int digit, AttachOrder order)
        {
            using Bpf.Programs.BpfProgram program = loaded[digit - 1].Program("digit");
            attachments.Add(TcAttachment.Attach(program, PacketCounter.Loopback, TcDirection.Egress, new TcAttachOptions { Kind = TcAttachmentKind.Tcx, Order = order }));
            return attachments[^1];
        }

        space.Run(() =>
        {
            TcAttachment third = Attach(3, AttachOrder.Last);
            Attach(5, AttachOrder.Last);
            Attach(1, AttachOrder.First);
            Attach(2, AttachOrder.Before(third.Link!));
            Attach(4, AttachOrder.After(third.Link!));
        });
        space.Exec("ping", "-c", "1", "-W", "1", "-m", "0", "127.0.0.1");

        // The last to run saw all the others.
        using (BpfArrayMap<ulong> order = loaded[4].ArrayMap<ulong>("order"))
        {
            Assert.Equal(12345UL, order[0]);
        }

        attachments.ForEach(static attachment => attachment.Dispose());
        Array.ForEach(loaded, static item => item.Dispose());
    }

    [KernelFact]
    public void The_same_program_twice_on_one_hook_is_refused()
    {
        using var space = new NetworkNamespace("tcx");
        using var counter = new PacketCounter();
        using TcAttachment first = counter.Attach(space, TcDirection.Ingress);
        BpfException refused = Assert.Throws<BpfException>(() => counter.Attach(space, TcDirection.Ingress, new TcAttachOptions { Kind = TcAttachmentKind.Tcx }));
        Assert.Equal("EEXIST", refused.ErrnoName);
    }

    [KernelFact]
    public void A_pinned_attachment_outlives_its_owner_and_is_adopted()
    {
        using var pins = new PinDirectory();
        using var space = new NetworkNamespace("tcx");
        using var counter = new PacketCounter();
        var options = new TcAttachOptions { PinPath = pins.Under("link") };
        uint id;
        using (TcAttachment first = counter.Attach(space, TcDirection.Ingress, options))
        {
            Assert.False(first.WasAdopted);
            id = first.Link!.Id;
        }

        Assert.Equal(2UL, counter.DuringPing(space));

        using var successor = new PacketCounter();
        TcAttachment second = space.Run(() => TcAttachment.Attach(successor.Twice, PacketCounter.Loopback, TcDirection.Ingress, options));
        Assert.True(second.WasAdopted);
        Assert.Equal(id, second.Link!.Id);
        Assert.Equal(0UL, counter.DuringPing(space));
        Assert.Equal(4UL, successor.Packets);

        second.Detach();
        Assert.False(File.Exists(options.PinPath));
        Assert.Equal(0UL, successor.DuringPing(space));
    }

    [KernelFact]
    public void A_pin_whose_device_is_gone_is_replaced()
    {
        using var pins = new PinDirectory();
        using var counter = new PacketCounter();
        var options = new TcAttachOptions { PinPath = pins.Under("link") };
        using (var gone = new NetworkNamespace("tcx"))
        {
            gone.AddVeth("d0", gone, "d1");
            int index = gone.IndexOf("d0");
            gone.Run(() => TcAttachment.Attach(counter.Program, index, TcDirection.Ingress, options).Dispose());
            gone.Ip("link", "del", "d0");
        }

        using var space = new NetworkNamespace("tcx");
        TcAttachment attachment = counter.Attach(space, TcDirection.Ingress, options);
        Assert.False(attachment.WasAdopted);
        Assert.Equal(2UL, counter.DuringPing(space));
        attachment.Detach();
    }

    [KernelFact]
    public void A_pin_of_another_hook_is_left_alone_and_named()
    {
        using var pins = new PinDirectory();
        using var space = new NetworkNamespace("tcx");
        using var counter = new PacketCounter();
        using var other = new PacketCounter();
        var options = new TcAttachOptions { PinPath = pins.Under("link") };
        TcAttachment ingress = counter.Attach(space, TcDirection.Ingress, options);

        BpfException refused = Assert.Throws<BpfException>(() => other.Attach(space, TcDirection.Egress, options));

        Assert.Contains("attached elsewhere", refused.Message, StringComparison.Ordinal);
        Assert.Equal(2UL, counter.DuringPing(space));
        ingress.Detach();
    }

    [KernelFact]
    public void A_pin_that_cannot_be_made_leaves_nothing_attached()
    {
        using var space = new NetworkNamespace("tcx");
        using var counter = new PacketCounter();
        string path = Path.Combine(Path.GetTempPath(), $"clvt-not-bpffs-{Guid.NewGuid():N}");
        Assert.ThrowsAny<BpfException>(() => counter.Attach(space, TcDirection.Ingress, new TcAttachOptions { PinPath = path }));
        Assert.Equal(0UL, counter.DuringPing(space));
        Assert.False(File.Exists(path));
    }

    [KernelFact]
    public void Neighbours_are_named_by_program_or_number_and_the_hook_tells_them_in_order()
    {
        using var space = new NetworkNamespace("tcx");
        using var middle = new PacketCounter();
        using var others = new PacketCounter();
        using var last = new PacketCounter();
        using TcAttachment second = middle.Attach(space, TcDirection.Egress);
        using TcAttachment first = others.Attach(space, TcDirection.Egress, new TcAttachOptions { Order = AttachOrder.Before(middle.Program) });
        using TcAttachment third = space.Run(() => TcAttachment.Attach(
            others.Twice, PacketCounter.Loopback, TcDirection.Egress, new TcAttachOptions { Order = AttachOrder.AfterLink(second.Link!.Id) }));
        using TcAttachment fourth = last.Attach(space, TcDirection.Egress, new TcAttachOptions { Order = AttachOrder.AfterProgram(others.Twice.Id) });

        BpfHookState state = space.Run(static () => BpfAttachments.OfInterface(PacketCounter.Loopback, BpfAttachType.TcxEgress));

        Assert.Equal(
            [(others.Program.Id, first.Link!.Id), (middle.Program.Id, second.Link!.Id), (others.Twice.Id, third.Link!.Id), (last.Program.Id, fourth.Link!.Id)],
            state.Programs.Select(static program => (program.ProgramId, program.LinkId)));
    }

    [KernelFact]
    public void A_hook_that_changed_since_it_was_read_is_told()
    {
        using var space = new NetworkNamespace("tcx");
        using var counter = new PacketCounter();
        using TcAttachment first = counter.Attach(space, TcDirection.Ingress);
        ulong revision = space.Run(static () => BpfAttachments.OfInterface(PacketCounter.Loopback, BpfAttachType.TcxIngress)).Revision;
        TcAttachment Attach(ulong expected, TcAttachmentKind? kind = null) => space.Run(() => counter.Twice.AttachTc(
            PacketCounter.Loopback, TcDirection.Ingress, new TcAttachOptions { ExpectedRevision = expected, Kind = kind }));

        BpfException stale = Assert.Throws<BpfException>(() => Attach(revision - 1));
        Assert.Equal("ESTALE", stale.ErrnoName);
        Assert.Contains("Query it again", stale.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Attach(revision, TcAttachmentKind.Clsact));
        Attach(revision).Dispose();
    }
}
