using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Interop.Handles;
using Clovisor.Bpf.Links;
using Clovisor.Bpf.Networking;
using Clovisor.Bpf.Programs;
using Clovisor.Testing;
using static Clovisor.Bpf.Tests.Contract.KernelErrors;

namespace Clovisor.Bpf.Tests.Contract;

/// <summary>Attaching by tcx, on the fake and on the running kernel; there in a network namespace, at its loopback device.</summary>
public sealed class LinkContractTests
{
    private const int Loopback = 1;
    private const uint Ingress = 46;

    [Theory, BothKernels]
    public void Programs_run_in_the_order_that_was_asked_for(KernelUnderTest kernel) => Attached(kernel, () =>
    {
        using BpfProgram a = Program(), b = Program(), c = Program();
        using TcAttachment first = Attach(a, AttachOrder.Last);
        using TcAttachment second = Attach(b, AttachOrder.Last);
        using TcAttachment third = Attach(c, AttachOrder.Before(second.Link!));
        Assert.Equal([a.Id, c.Id, b.Id], Query().Programs);
    });

    [Theory, BothKernels]
    public void First_and_after_are_kept(KernelUnderTest kernel) => Attached(kernel, () =>
    {
        using BpfProgram a = Program(), b = Program(), c = Program();
        using TcAttachment first = Attach(a, AttachOrder.Last);
        using TcAttachment second = Attach(b, AttachOrder.First);
        using TcAttachment third = Attach(c, AttachOrder.After(second.Link!));
        Assert.Equal([b.Id, c.Id, a.Id], Query().Programs);
    });

    [Theory, BothKernels]
    public void The_same_program_is_attached_once(KernelUnderTest kernel) => Attached(kernel, () =>
    {
        using BpfProgram program = Program();
        using TcAttachment attachment = Attach(program, AttachOrder.Last);
        Assert.Equal(-EEXIST, Create(program, 0, 0, 0));
    });

    [Theory, BothKernels]
    public void A_revision_that_has_passed_is_refused(KernelUnderTest kernel) => Attached(kernel, () =>
    {
        using BpfProgram a = Program(), b = Program();
        using TcAttachment attachment = Attach(a, AttachOrder.Last);
        ulong revision = Query().Revision;
        Assert.Equal(-ESTALE, Create(b, 0, 0, revision + 1));
        int descriptor = Create(b, 0, 0, revision);
        Assert.True(descriptor >= 0);
        using var handle = new BpfHandle(descriptor);
        Assert.Equal(revision + 1, Query().Revision);
    });

    [Theory, BothKernels]
    public void A_neighbour_that_is_not_there_is_refused(KernelUnderTest kernel) => Attached(kernel, () =>
    {
        const uint Before = 1 << 3, ById = 1 << 5;
        using BpfProgram a = Program(), b = Program(), c = Program();
        using TcAttachment attachment = Attach(a, AttachOrder.Last);
        Assert.Equal(-ENOENT, Create(b, Before | ById, c.Id, 0));
        Assert.Equal(-ENOENT, Create(b, Before | ById, 0x7FFFFFF0, 0));
        Assert.Equal(-EINVAL, Create(b, 1, 0, 0));
    });

    [Theory, BothKernels]
    public void A_link_is_updated_in_place_by_compare_and_swap(KernelUnderTest kernel) => Attached(kernel, () =>
    {
        using BpfProgram a = Program(), b = Program(), c = Program();
        using TcAttachment attachment = Attach(a, AttachOrder.Last);
        BpfLink link = attachment.Link!;
        link.Update(b, a);
        Assert.Equal([b.Id], Query().Programs);
        BpfException refused = Assert.Throws<BpfException>(() => link.Update(c, a));
        Assert.Equal(EPERM, refused.Errno);
        Assert.Equal([b.Id], Query().Programs);
        link.Update(c);
        Assert.Equal([c.Id], Query().Programs);
    });

    [Theory, BothKernels]
    public void A_program_of_another_type_is_no_successor(KernelUnderTest kernel) => Attached(kernel, () =>
    {
        using BpfProgram a = Program();
        using BpfProgram xdp = MapOfMapsContractTests.Small(BpfProgramType.Xdp);
        using TcAttachment attachment = Attach(a, AttachOrder.Last);
        Assert.Equal(EINVAL, Assert.Throws<BpfException>(() => attachment.Link!.Update(xdp)).Errno);
        Assert.Equal(-EINVAL, Create(xdp, 0, 0, 0));
    });

    [Theory, BothKernels]
    public void A_detached_link_does_nothing_any_more(KernelUnderTest kernel) => Attached(kernel, () =>
    {
        using BpfProgram a = Program(), b = Program();
        using TcAttachment attachment = Attach(a, AttachOrder.Last);
        attachment.Link!.Detach();
        Assert.Empty(Query().Programs);
        Assert.Equal(67, Assert.Throws<BpfException>(() => attachment.Link!.Update(b)).Errno);
        Assert.Equal(0, Assert.IsType<TcxLinkInfo>(attachment.Link!.ReadInfo()).InterfaceIndex);
    });

    [Theory, BothKernels]
    public void The_last_descriptor_detaches_unless_there_is_a_pin(KernelUnderTest kernel) => Attached(kernel, () =>
    {
        using BpfProgram a = Program();
        TcAttachment attachment = Attach(a, AttachOrder.Last);
        TcxLinkInfo info = Assert.IsType<TcxLinkInfo>(attachment.Link!.ReadInfo());
        Assert.Equal((BpfLinkType.Tcx, a.Id, Loopback, BpfAttachType.TcxIngress), (info.Type, info.ProgramId, info.InterfaceIndex, info.AttachType));
        attachment.Dispose();
        Assert.Empty(Query().Programs);
    });

    private static void Attached(KernelUnderTest kernel, Action test)
    {
        using IDisposable scope = kernel.Enter();
        if (kernel == KernelUnderTest.Fake)
        {
            test();
            return;
        }

        using var space = new NetworkNamespace("contract");
        space.Run(test);
    }

    private static BpfProgram Program() => MapOfMapsContractTests.Small(BpfProgramType.SchedulerClassifier);

    private static TcAttachment Attach(BpfProgram program, AttachOrder order) =>
        TcAttachment.Attach(program, Loopback, TcDirection.Ingress, new TcAttachOptions { Kind = TcAttachmentKind.Tcx, Order = order });

    private static int Create(BpfProgram program, uint flags, uint neighbour, ulong revision)
    {
        using BpfHandle.FdLease lease = program.Handle.Lease();
        var attributes = new LinkCreateAttributes
        {
            ProgramDescriptor = (uint)lease.Descriptor,
            Target = Loopback,
            AttachType = Ingress,
            Flags = flags,
            Anchor = new LinkCreateAttributes.Anchored { RelativeTo = neighbour, ExpectedRevision = revision },
        };
        return BpfSyscall.Call(BpfCommand.LinkCreate, ref attributes);
    }

    private static unsafe (uint[] Programs, ulong Revision) Query()
    {
        uint[] programs = new uint[8];
        fixed (uint* ids = programs)
        {
            var attributes = new ProgramQueryAttributes { Target = Loopback, AttachType = Ingress, ProgramIds = (ulong)ids, Count = 8 };
            Assert.True(BpfSyscall.Call(BpfCommand.ProgramQuery, ref attributes) is 0 or -ENOENT);
            return (programs[..(int)attributes.Count], attributes.Revision);
        }
    }
}
