using System.Runtime.CompilerServices;
using Clovisor.Bpf.Links;
using Clovisor.Bpf.Networking;
using Clovisor.Bpf.Programs;
using Clovisor.Bpf.Testing;
using Clovisor.Bpf.Tests.Networking;
using Clovisor.Testing;

namespace Clovisor.Bpf.Tests.Links;

public sealed class LinkLifetimeTests
{
    [KernelFact]
    public void A_live_link_that_is_lost_detaches_and_is_reported_even_when_a_handler_throws()
    {
        using var space = new NetworkNamespace("lost");
        using var counter = new PacketCounter();
        var reported = new List<uint>();
        void Report(object? sender, BpfLinkAbandonedEventArgs lost)
        {
            lock (reported)
            {
                reported.Add(lost.LinkId);
            }

            throw new InvalidOperationException("a handler that is broken");
        }

        BpfLink.Abandoned += Report;
        try
        {
            uint id = Lose(space, counter);
            Collect();
            lock (reported)
            {
                Assert.Contains(id, reported);
            }

            Assert.Equal(0UL, counter.DuringPing(space));
        }
        finally
        {
            BpfLink.Abandoned -= Report;
            BpfDescriptorTrace.ForgetLost();
        }
    }

    [KernelFact]
    public void Links_that_ended_in_another_way_are_not_reported()
    {
        using var pins = new PinDirectory();
        using var space = new NetworkNamespace("lost");
        using var counter = new PacketCounter();
        var reported = new List<uint>();
        void Report(object? sender, BpfLinkAbandonedEventArgs lost)
        {
            lock (reported)
            {
                reported.Add(lost.LinkId);
            }
        }

        BpfLink.Abandoned += Report;
        try
        {
            uint[] ids = End(space, counter, pins.Under("link"));
            Collect();
            lock (reported)
            {
                Assert.Empty(reported.Intersect(ids));
            }
        }
        finally
        {
            BpfLink.Abandoned -= Report;
            BpfDescriptorTrace.ForgetLost();
        }
    }

    [KernelFact]
    public void A_disconnected_link_stays_until_its_process_ends()
    {
        using var space = new NetworkNamespace("stay");
        using var counter = new PacketCounter();
        uint id = Disconnect(space, counter);
        Collect();
        Assert.Equal(2UL, counter.DuringPing(space));
        using BpfLink again = BpfLink.OpenById(id)!;
        Assert.Equal(counter.Program.Id, again.ReadInfo().ProgramId);
        again.Detach();
        Assert.Equal(0UL, counter.DuringPing(space));
    }

    [KernelFact]
    public void Links_are_listed_and_opened_by_number()
    {
        using var space = new NetworkNamespace("ids");
        using var counter = new PacketCounter();
        uint id;
        using (TcAttachment attachment = counter.Attach(space, TcDirection.Ingress))
        {
            id = attachment.Link!.Id;
            Assert.Contains(id, BpfLink.EnumerateIds());
            using BpfLink? opened = BpfLink.OpenById(id);
            Assert.Equal(id, opened?.Id);
        }

        Assert.True(SpinWait.SpinUntil(() => !BpfLink.EnumerateIds().Contains(id), TimeSpan.FromSeconds(10)));
        Assert.Null(BpfLink.OpenById(id));
    }

    [KernelFact]
    public void A_raw_link_is_made_of_any_bytes_and_the_kernel_judges_them()
    {
        using var space = new NetworkNamespace("raw");
        using var counter = new PacketCounter();
        using BpfLink link = space.Run(() => BpfLink.Create(counter.Program, PacketCounter.Loopback, BpfAttachType.TcxIngress));
        Assert.Equal(2UL, counter.DuringPing(space));

        // Bytes 8 to 15 of a tcx tail are the revision that is expected.
        BpfException stale = Assert.Throws<BpfException>(() => space.Run(() =>
            BpfLink.Create(counter.Twice, PacketCounter.Loopback, BpfAttachType.TcxIngress, 0, [0, 0, 0, 0, 0, 0, 0, 0, 99, 0, 0, 0, 0, 0, 0, 0])));
        Assert.Equal("ESTALE", stale.ErrnoName);
        Assert.Throws<ArgumentOutOfRangeException>(() => BpfLink.Create(counter.Program, 1, BpfAttachType.TcxIngress, 0, new byte[49]));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static uint Lose(NetworkNamespace space, PacketCounter counter) =>
        space.Run(() => BpfLink.Create(counter.Program, PacketCounter.Loopback, BpfAttachType.TcxIngress)).Id;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static uint Disconnect(NetworkNamespace space, PacketCounter counter)
    {
        BpfLink link = space.Run(() => BpfLink.Create(counter.Program, PacketCounter.Loopback, BpfAttachType.TcxIngress));
        link.Disconnect();
        Assert.Throws<ObjectDisposedException>(link.Disconnect);
        return link.Id;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static uint[] End(NetworkNamespace space, PacketCounter counter, string pin)
    {
        BpfLink Make() => space.Run(() => BpfLink.Create(counter.Program, PacketCounter.Loopback, BpfAttachType.TcxIngress));
        BpfLink disposed = Make();
        disposed.Dispose();
        BpfLink detached = Make();
        detached.Detach();
        BpfLink pinned = Make();
        pinned.Pin(pin);
        return [disposed.Id, detached.Id, pinned.Id];
    }

    private static void Collect()
    {
        for (int i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }
}
