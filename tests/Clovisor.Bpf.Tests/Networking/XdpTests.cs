using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Links;
using Clovisor.Bpf.Networking;
using Clovisor.Bpf.Programs;
using Clovisor.Testing;

namespace Clovisor.Bpf.Tests.Networking;

public sealed class XdpTests
{
    private const int Pass = 2;
    private const int Drop = 1;

    [KernelFact]
    public void The_policy_takes_the_driver_where_it_can_and_the_stack_elsewhere()
    {
        using var space = new NetworkNamespace("xdp");
        using var counter = HitCounter.Of("xdp", Pass);
        space.AddVeth("v0", space, "v1");
        int veth = space.IndexOf("v0");
        space.Run(() =>
        {
            using XdpAttachment native = counter.Program.AttachXdp(veth);
            Assert.Equal((XdpMode.Native, veth), (native.Mode, native.InterfaceIndex));
            Assert.Equal(new XdpState(XdpMode.Native, counter.Program.Id), XdpAttachment.Find(veth));
            XdpLinkInfo info = Assert.IsType<XdpLinkInfo>(native.Link!.ReadInfo());
            Assert.Equal((BpfLinkType.Xdp, counter.Program.Id, veth), (info.Type, info.ProgramId, info.InterfaceIndex));

            // The loopback device has no driver that could.
            using XdpAttachment generic = counter.Program.AttachXdp(PacketCounter.Loopback);
            Assert.Equal(XdpMode.Generic, generic.Mode);
            Assert.Equal(new XdpState(XdpMode.Generic, counter.Program.Id), XdpAttachment.Find(PacketCounter.Loopback));
            Assert.NotEqual(0UL, counter.During(() => space.Exec("ping", "-c", "1", "-W", "1", "127.0.0.1")));
        });
        space.Run(static () => Assert.Null(XdpAttachment.Find(PacketCounter.Loopback)));
    }

    [KernelFact]
    public void A_demand_for_the_driver_is_refused_with_the_way_out()
    {
        using var space = new NetworkNamespace("xdp");
        using var counter = HitCounter.Of("xdp", Pass);
        BpfException refused = Assert.ThrowsAny<BpfException>(() =>
            space.Run(() => counter.Program.AttachXdp(PacketCounter.Loopback, new XdpAttachOptions { Mode = XdpMode.Native })));
        Assert.Contains("use NativeThenGeneric or Generic", refused.Message, StringComparison.Ordinal);
    }

    [KernelTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Swaps_in_place_refuses_a_second_one_and_detaches(bool byNetlink)
    {
        using var space = new NetworkNamespace("xdp");
        using var passing = HitCounter.Of("xdp", Pass);
        using var dropping = HitCounter.Of("xdp", Drop);
        var options = new XdpAttachOptions { ByNetlink = byNetlink };
        XdpAttachment attachment = space.Run(() => passing.Program.AttachXdp(PacketCounter.Loopback, options));
        Assert.Equal(byNetlink, attachment.Link is null);

        BpfException second = Assert.ThrowsAny<BpfException>(() => space.Run(() => dropping.Program.AttachXdp(PacketCounter.Loopback, options)));
        Assert.Contains($"the one with id {passing.Program.Id}, Generic", second.Message, StringComparison.Ordinal);

        attachment.Replace(dropping.Program);
        Assert.NotEqual(0, Command.TryRun("ip", "netns", "exec", space.Name, "ping", "-c", "1", "-W", "1", "127.0.0.1").ExitCode);
        Assert.NotEqual(0UL, dropping.Hits);

        // From another namespace: what was attached is known by more than its index.
        attachment.Detach();
        attachment.Dispose();
        Assert.Null(space.Run(static () => XdpAttachment.Find(PacketCounter.Loopback)));
        space.Exec("ping", "-c", "1", "-W", "1", "127.0.0.1");
        Assert.Throws<ObjectDisposedException>(() => attachment.Replace(passing.Program));
    }

    [KernelTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_is_to_stay_is_adopted_by_the_next(bool byNetlink)
    {
        using var pins = new PinDirectory();
        using var space = new NetworkNamespace("xdp");
        using var former = HitCounter.Of("xdp", Pass);
        using var successor = HitCounter.Of("xdp", Pass);
        var options = new XdpAttachOptions { ByNetlink = byNetlink, PinPath = pins.Under("link") };
        space.Run(() => former.Program.AttachXdp(PacketCounter.Loopback, options).Dispose());
        Assert.NotEqual(0UL, former.During(() => space.Exec("ping", "-c", "1", "-W", "1", "127.0.0.1")));

        XdpAttachment attachment = space.Run(() => successor.Program.AttachXdp(PacketCounter.Loopback, options));

        Assert.Equal((true, XdpMode.Generic), (attachment.WasAdopted, attachment.Mode));
        Assert.Equal(0UL, former.During(() => space.Exec("ping", "-c", "1", "-W", "1", "127.0.0.1")));
        Assert.NotEqual(0UL, successor.Hits);
        attachment.Detach();
        Assert.False(File.Exists(options.PinPath));
        Assert.Null(space.Run(static () => XdpAttachment.Find(PacketCounter.Loopback)));
    }

    [KernelFact]
    public void Without_links_it_is_attached_by_netlink()
    {
        using var space = new NetworkNamespace("xdp");
        using var counter = HitCounter.Of("xdp", Pass);
        SyscallFault.Run(Errno.EINVAL, [(int)BpfCommand.LinkCreate], () =>
        {
            space.EnterOnThisThread();
            using XdpAttachment attachment = counter.Program.AttachXdp(PacketCounter.Loopback);
            Assert.Equal((XdpMode.Generic, null), (attachment.Mode, attachment.Link));
            Assert.Equal(new XdpState(XdpMode.Generic, counter.Program.Id), XdpAttachment.Find(PacketCounter.Loopback));
        });
    }

    [KernelFact]
    public void A_program_that_somebody_put_in_our_place_stays()
    {
        using var pins = new PinDirectory();
        using var space = new NetworkNamespace("xdp");
        using var ours = HitCounter.Of("xdp", Pass);
        using var foreign = HitCounter.Of("xdp", Pass);
        foreign.Program.Pin(pins.Under("foreign"));
        XdpAttachment attachment = space.Run(() => ours.Program.AttachXdp(PacketCounter.Loopback, new XdpAttachOptions { ByNetlink = true }));
        space.Exec("ip", "-force", "link", "set", "dev", "lo", "xdpgeneric", "pinned", pins.Under("foreign"));

        attachment.Dispose();

        Assert.Equal(foreign.Program.Id, space.Run(static () => XdpAttachment.Find(PacketCounter.Loopback))?.ProgramId);
    }

    [KernelFact]
    public void Refuses_a_program_of_another_type_before_the_kernel_does()
    {
        using var counter = HitCounter.Of("tc");
        Assert.Contains("XDP takes Xdp", Assert.Throws<ArgumentException>(() => counter.Program.AttachXdp(1)).Message, StringComparison.Ordinal);
    }
}
