using Clovisor.Bpf.Links;
using Clovisor.Bpf.Networking;
using Clovisor.Bpf.Programs;
using Clovisor.Bpf.Tests.Networking;
using Clovisor.Testing;

namespace Clovisor.Bpf.Tests.Links;

public sealed class LinkTests
{
    [KernelFact]
    public void Tells_what_it_attaches_and_to_what()
    {
        using var space = new NetworkNamespace("link");
        using var counter = new PacketCounter();
        using TcAttachment attachment = counter.Attach(space, TcDirection.Egress);

        TcxLinkInfo info = Assert.IsType<TcxLinkInfo>(attachment.Link!.ReadInfo());

        Assert.Equal(
            (BpfLinkType.Tcx, counter.Program.Id, PacketCounter.Loopback, BpfAttachType.TcxEgress),
            (info.Type, info.ProgramId, info.InterfaceIndex, info.AttachType));
        Assert.Equal(attachment.Link.Id, info.Id);
    }

    [KernelFact]
    public void Swaps_only_when_the_expected_program_runs()
    {
        using var space = new NetworkNamespace("link");
        using var counter = new PacketCounter();
        using TcAttachment attachment = counter.Attach(space, TcDirection.Ingress);
        BpfLink link = attachment.Link!;

        BpfException refused = Assert.Throws<BpfException>(() => link.Update(counter.Twice, expectedOld: counter.Twice));
        Assert.Contains($"but the program with id {counter.Program.Id}", refused.Message, StringComparison.Ordinal);
        Assert.Equal(2UL, counter.DuringPing(space));

        link.Update(counter.Twice, expectedOld: counter.Program);
        Assert.Equal(4UL, counter.DuringPing(space));
        Assert.Equal(counter.Twice.Id, link.ReadInfo().ProgramId);
    }

    [KernelFact]
    public void A_pinned_link_is_opened_again_unpinned_and_detached()
    {
        using var pins = new PinDirectory();
        using var space = new NetworkNamespace("link");
        using var counter = new PacketCounter();
        TcAttachment attachment = counter.Attach(space, TcDirection.Ingress);
        attachment.Link!.Pin(pins.Under("link"));
        attachment.Link.Dispose();
        Assert.Equal(2UL, counter.DuringPing(space));

        using BpfLink opened = BpfLink.OpenPinned(pins.Under("link"));
        Assert.Equal(counter.Program.Id, opened.ReadInfo().ProgramId);
        opened.Unpin();
        Assert.Null(opened.PinPath);
        Assert.False(File.Exists(pins.Under("link")));
        Assert.Throws<InvalidOperationException>(opened.Unpin);
        Assert.Equal(2UL, counter.DuringPing(space));
        opened.Dispose();
        Assert.Equal(0UL, counter.DuringPing(space));
    }

    [KernelFact]
    public void A_detached_link_refuses_a_new_program_and_says_why()
    {
        using var space = new NetworkNamespace("link");
        using var counter = new PacketCounter();
        using TcAttachment attachment = counter.Attach(space, TcDirection.Ingress);
        attachment.Link!.Detach();
        Assert.Equal(0UL, counter.DuringPing(space));

        BpfException refused = Assert.ThrowsAny<BpfException>(() => attachment.Link.Update(counter.Twice));
        Assert.Equal("ENOLINK", refused.ErrnoName);
        Assert.Contains("detached", refused.Message, StringComparison.Ordinal);
    }
}
