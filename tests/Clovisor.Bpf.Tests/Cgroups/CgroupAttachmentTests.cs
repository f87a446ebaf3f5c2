using System.Net;
using System.Net.Sockets;
using Clovisor.Bpf.Cgroups;
using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Links;
using Clovisor.Bpf.Programs;
using Clovisor.Testing;

namespace Clovisor.Bpf.Tests.Cgroups;

public sealed class CgroupAttachmentTests
{
    // One object for all of them: compiling is what takes the time.
    private static readonly (string Section, BpfAttachType Hook)[] Hooks =
    [
        ("cgroup_skb/ingress", BpfAttachType.CgroupInetIngress),
        ("cgroup_skb/egress", BpfAttachType.CgroupInetEgress),
        ("cgroup/sock_create", BpfAttachType.CgroupInetSocketCreate),
        ("cgroup/sock_release", BpfAttachType.CgroupInetSocketRelease),
        ("sockops", BpfAttachType.CgroupSocketOperations),
        ("cgroup/dev", BpfAttachType.CgroupDevice),
        ("cgroup/sysctl", BpfAttachType.CgroupSysctl),
        ("cgroup/bind4", BpfAttachType.CgroupInet4Bind),
        ("cgroup/bind6", BpfAttachType.CgroupInet6Bind),
        ("cgroup/connect4", BpfAttachType.CgroupInet4Connect),
        ("cgroup/connect6", BpfAttachType.CgroupInet6Connect),
        ("cgroup/post_bind4", BpfAttachType.CgroupInet4PostBind),
        ("cgroup/post_bind6", BpfAttachType.CgroupInet6PostBind),
        ("cgroup/sendmsg4", BpfAttachType.CgroupUdp4SendMessage),
        ("cgroup/sendmsg6", BpfAttachType.CgroupUdp6SendMessage),
        ("cgroup/recvmsg4", BpfAttachType.CgroupUdp4ReceiveMessage),
        ("cgroup/recvmsg6", BpfAttachType.CgroupUdp6ReceiveMessage),
        ("cgroup/getpeername4", BpfAttachType.CgroupInet4GetPeerName),
        ("cgroup/getpeername6", BpfAttachType.CgroupInet6GetPeerName),
        ("cgroup/getsockname4", BpfAttachType.CgroupInet4GetSocketName),
        ("cgroup/getsockname6", BpfAttachType.CgroupInet6GetSocketName),
        ("cgroup/getsockopt", BpfAttachType.CgroupGetSocketOption),
        ("cgroup/setsockopt", BpfAttachType.CgroupSetSocketOption),
        ("cgroup/connect_unix", BpfAttachType.CgroupUnixConnect),
        ("cgroup/sendmsg_unix", BpfAttachType.CgroupUnixSendMessage),
        ("cgroup/recvmsg_unix", BpfAttachType.CgroupUnixReceiveMessage),
        ("cgroup/getpeername_unix", BpfAttachType.CgroupUnixGetPeerName),
        ("cgroup/getsockname_unix", BpfAttachType.CgroupUnixGetSocketName),
    ];

    [KernelFact]
    public void Every_hook_takes_the_program_of_its_section()
    {
        using var group = new ControlGroup();
        using BpfObject loaded = TestPrograms.Load(string.Concat(Hooks.Select(static (hook, index) =>
            $"SEC(\"{hook.Section}\") int p{index}(void *context) {{ return 1; }}\n")));
        for (int i = 0; i < Hooks.Length; i++)
        {
            BpfAttachType hook = Hooks[i].Hook;
            using BpfProgram program = loaded.Program($"p{i}");
            CgroupAttachment attachment = program.AttachCgroup(group.Path);

            Assert.Equal((CgroupAttachmentKind.Link, hook, false), (attachment.Kind, attachment.AttachType, attachment.WasAdopted));
            CgroupLinkInfo info = Assert.IsType<CgroupLinkInfo>(attachment.Link!.ReadInfo());
            Assert.Equal((BpfLinkType.Cgroup, program.Id, hook, Cgroup.ReadId(group.Path)), (info.Type, info.ProgramId, info.AttachType, info.CgroupId));
            Assert.Equal([program.Id], BpfAttachments.OfCgroup(group.Path, hook).Programs.Select(static attached => attached.ProgramId));
            attachment.Dispose();
            Assert.Empty(BpfAttachments.OfCgroup(group.Path, hook).Programs);
        }
    }

    [KernelTheory]
    [InlineData("cgroup_skb/egress")]
    [InlineData("cgroup_skb/ingress")]
    [InlineData("cgroup/sock_create")]
    [InlineData("cgroup/setsockopt")]
    [InlineData("cgroup/getsockopt")]
    public void Sees_what_processes_of_the_group_do_and_nobody_elses(string section)
    {
        using var group = new ControlGroup();
        using var counter = HitCounter.Of(section, 1);
        using CgroupAttachment attachment = counter.Program.AttachCgroup(group.Path);

        Assert.Equal(0UL, counter.During(static () => Ping("127.0.0.1")));
        Assert.NotEqual(0UL, counter.During(() => Assert.Equal(0, group.Run("ping", "-c", "1", "-W", "1", "-I", "127.0.0.1", "127.0.0.1").ExitCode)));
        attachment.Detach();
        Assert.Equal(0UL, counter.During(() => group.Run("ping", "-c", "1", "-W", "1", "-I", "127.0.0.1", "127.0.0.1")));

        static void Ping(string address) => Command.Run("ping", "-c", "1", "-W", "1", "-I", address, address);
    }

    [KernelTheory]
    [InlineData("cgroup/connect4")]
    [InlineData("cgroup/sysctl")]
    [InlineData("cgroup/dev")]
    public void Refuses_what_the_program_refuses(string section)
    {
        using var group = new ControlGroup();
        using var allowing = HitCounter.Of(section, 1);
        using var refusing = HitCounter.Of(section, 0);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        string[] command = section switch
        {
            "cgroup/connect4" => ["bash", "-c", $"exec 3<>/dev/tcp/127.0.0.1/{((IPEndPoint)listener.LocalEndpoint).Port}"],
            "cgroup/sysctl" => ["cat", "/proc/sys/net/core/somaxconn"],
            _ => ["head", "-c", "1", "/dev/zero"],
        };
        using CgroupAttachment attachment = allowing.Program.AttachCgroup(group.Path);
        Assert.Equal(0, group.Run(command[0], command[1..]).ExitCode);
        Assert.NotEqual(0UL, allowing.Hits);

        attachment.Replace(refusing.Program);

        (int exit, _, string errors) = group.Run(command[0], command[1..]);
        Assert.NotEqual(0, exit);
        Assert.Contains("not permitted", errors, StringComparison.Ordinal);
        Assert.NotEqual(0UL, refusing.Hits);
    }

    [KernelFact]
    public void Sock_ops_sees_a_connection_from_its_first_segment_on()
    {
        // 3 is before the SYN, 4 when the connection stands.
        using var group = new ControlGroup();
        using var counter = HitCounter.FromSource("""
            SEC("sockops") int hit(struct bpf_sock_ops *ops)
            {
                if (ops->op == BPF_SOCK_OPS_TCP_CONNECT_CB)
                    count(0, 1);
                if (ops->op == BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB)
                    count(1, bpf_ntohl(ops->remote_port));
                return 1;
            }
            """);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        using CgroupAttachment attachment = counter.Program.AttachCgroup(group.Path);

        Assert.Equal(0, group.Run("bash", "-c", $"exec 3<>/dev/tcp/127.0.0.1/{port}").ExitCode);

        Assert.Equal((1UL, (ulong)port), (counter[0], counter[1]));
    }

    [KernelFact]
    public void Programs_stand_beside_each_other_in_the_order_asked_for()
    {
        using var group = new ControlGroup();
        HitCounter[] counters = [.. Enumerable.Range(0, 5).Select(static _ => HitCounter.Of("cgroup_skb/egress", 1))];
        var attachments = new List<CgroupAttachment>();
        BpfLink Attach(int index, AttachOrder? order)
        {
            attachments.Add(counters[index].Program.AttachCgroup(group.Path, options: new CgroupAttachOptions { Order = order }));
            return attachments[^1].Link!;
        }

        BpfLink third = Attach(2, null);
        Attach(4, AttachOrder.Last);
        Attach(0, AttachOrder.First);
        Attach(1, AttachOrder.Before(third));
        Attach(3, AttachOrder.AfterLink(third.Id));

        // A program that a link holds is found by its link alone.
        using var byProgram = HitCounter.Of("cgroup_skb/egress", 1);
        Assert.ThrowsAny<BpfException>(() =>
            byProgram.Program.AttachCgroup(group.Path, options: new CgroupAttachOptions { Order = AttachOrder.After(counters[0].Program) }));

        BpfHookState state = BpfAttachments.OfCgroup(group.Path, BpfAttachType.CgroupInetEgress);
        Assert.Equal(counters.Select(static counter => counter.Program.Id), state.Programs.Select(static program => program.ProgramId));
        Assert.NotEqual(0UL, state.Revision);
        using var late = HitCounter.Of("cgroup_skb/egress", 1);
        BpfException stale = Assert.Throws<BpfException>(() =>
            late.Program.AttachCgroup(group.Path, options: new CgroupAttachOptions { ExpectedRevision = state.Revision - 1 }));
        Assert.Equal("ESTALE", stale.ErrnoName);
        late.Program.AttachCgroup(group.Path, options: new CgroupAttachOptions { ExpectedRevision = state.Revision }).Dispose();
        attachments.ForEach(static attachment => attachment.Dispose());
        Array.ForEach(counters, static counter => counter.Dispose());
    }

    [KernelFact]
    public void A_program_of_a_group_above_is_effective_below_and_may_run_first()
    {
        using var group = new ControlGroup();
        ControlGroup below = group.AddChild("below");
        using var above = HitCounter.Of("cgroup_skb/egress", 1);
        using var inner = HitCounter.Of("cgroup_skb/egress", 1);
        using CgroupAttachment first = inner.Program.AttachCgroup(below.Path);
        uint[] Effective() => [.. BpfAttachments.OfCgroup(below.Path, BpfAttachType.CgroupInetEgress, effective: true).Programs.Select(static program => program.ProgramId)];

        using (above.Program.AttachCgroup(group.Path))
        {
            Assert.Equal([inner.Program.Id, above.Program.Id], Effective());
        }

        using (above.Program.AttachCgroup(group.Path, options: new CgroupAttachOptions { BeforeDescendants = true }))
        {
            Assert.Equal([above.Program.Id, inner.Program.Id], Effective());
        }

        Assert.Equal([inner.Program.Id], Effective());
    }

    [KernelFact]
    public void A_pinned_attachment_outlives_its_owner_and_is_adopted()
    {
        using var pins = new PinDirectory();
        using var group = new ControlGroup();
        using var counter = HitCounter.Of("cgroup_skb/egress", 1);
        using var successor = HitCounter.Of("cgroup_skb/egress", 1);
        var options = new CgroupAttachOptions { PinPath = pins.Under("link") };
        uint id;
        using (CgroupAttachment first = counter.Program.AttachCgroup(group.Path, options: options))
        {
            id = first.Link!.Id;
        }

        Assert.NotEqual(0UL, counter.During(() => group.Run("ping", "-c", "1", "127.0.0.1")));
        CgroupAttachment second = successor.Program.AttachCgroup(group.Path, options: options);
        Assert.Equal((true, id), (second.WasAdopted, second.Link!.Id));
        Assert.Equal(0UL, counter.During(() => group.Run("ping", "-c", "1", "127.0.0.1")));
        Assert.NotEqual(0UL, successor.Hits);

        using var elsewhere = new ControlGroup();
        Assert.Contains("attached elsewhere", Assert.Throws<BpfException>(() => counter.Program.AttachCgroup(elsewhere.Path, options: options)).Message, StringComparison.Ordinal);
        second.Detach();
        Assert.False(File.Exists(options.PinPath));
        Assert.Empty(BpfAttachments.OfCgroup(group.Path, BpfAttachType.CgroupInetEgress).Programs);
    }

    [KernelFact]
    public void A_pin_whose_group_is_gone_is_replaced()
    {
        using var pins = new PinDirectory();
        using var counter = HitCounter.Of("cgroup_skb/egress", 1);
        var options = new CgroupAttachOptions { PinPath = pins.Under("link") };
        using (var gone = new ControlGroup())
        {
            counter.Program.AttachCgroup(gone.Path, options: options).Dispose();
        }

        using BpfLink left = BpfLink.OpenPinned(options.PinPath);
        Assert.True(SpinWait.SpinUntil(() => left.ReadInfo() is CgroupLinkInfo { CgroupId: 0 }, TimeSpan.FromSeconds(5)));
        using var group = new ControlGroup();
        CgroupAttachment attachment = counter.Program.AttachCgroup(group.Path, options: options);
        Assert.False(attachment.WasAdopted);
        attachment.Detach();
    }

    [KernelFact]
    public void Without_links_the_group_holds_the_program_beside_others()
    {
        using var group = new ControlGroup();
        using var counter = HitCounter.Of("cgroup_skb/egress", 1);
        using var successor = HitCounter.Of("cgroup_skb/egress", 1);
        using var other = HitCounter.FromSource("""SEC("cgroup_skb/egress") int another(void *context) { return 1; } SEC("cgroup_skb/egress") int hit(void *context) { count(0, 1); return 1; }""");
        using CgroupAttachment beside = other.Program.AttachCgroup(group.Path);
        SyscallFault.Run(Errno.EINVAL, [(int)BpfCommand.LinkCreate], () =>
        {
            CgroupAttachment attachment = counter.Program.AttachCgroup(group.Path);
            Assert.Equal((CgroupAttachmentKind.Multiple, null), (attachment.Kind, attachment.Link));
            Assert.NotEqual(0UL, counter.During(() => group.Run("ping", "-c", "1", "127.0.0.1")));
            Assert.NotEqual(0UL, other.Hits);

            attachment.Replace(successor.Program);
            Assert.Equal(0UL, counter.During(() => group.Run("ping", "-c", "1", "127.0.0.1")));
            Assert.NotEqual(0UL, successor.Hits);

            attachment.Dispose();
            attachment.Dispose();
        });
        Assert.Equal([other.Program.Id], BpfAttachments.OfCgroup(group.Path, BpfAttachType.CgroupInetEgress).Programs.Select(static program => program.ProgramId));
    }

    [KernelFact]
    public void Without_links_a_program_that_a_run_before_left_is_taken_out()
    {
        using var group = new ControlGroup();
        using var counter = HitCounter.Of("cgroup_skb/egress", 1);
        using var successor = HitCounter.Of("cgroup_skb/egress", 1);
        var options = new CgroupAttachOptions { PinPath = "/unused", Kind = CgroupAttachmentKind.Multiple };
        counter.Program.AttachCgroup(group.Path, options: options).Dispose();
        Assert.NotEqual(0UL, counter.During(() => group.Run("ping", "-c", "1", "127.0.0.1")));

        CgroupAttachment attachment = successor.Program.AttachCgroup(group.Path, options: options);

        Assert.Equal(0UL, counter.During(() => group.Run("ping", "-c", "1", "127.0.0.1")));
        attachment.Detach();
        Assert.Empty(BpfAttachments.OfCgroup(group.Path, BpfAttachType.CgroupInetEgress).Programs);
    }

    [KernelFact]
    public void A_single_program_is_replaced_in_place_and_groups_below_may_override_it()
    {
        using var group = new ControlGroup();
        ControlGroup below = group.AddChild("below");
        using var above = HitCounter.Of("cgroup_skb/egress", 1);
        using var inner = HitCounter.Of("cgroup_skb/egress", 1);
        var options = new CgroupAttachOptions { Kind = CgroupAttachmentKind.Overridable };
        using CgroupAttachment outer = above.Program.AttachCgroup(group.Path, options: options);
        Assert.NotEqual(0UL, above.During(() => below.Run("ping", "-c", "1", "127.0.0.1")));

        using CgroupAttachment nearer = inner.Program.AttachCgroup(below.Path, options: options);
        Assert.Equal(0UL, above.During(() => below.Run("ping", "-c", "1", "127.0.0.1")));
        nearer.Replace(above.Program);
        Assert.NotEqual(0UL, above.During(() => below.Run("ping", "-c", "1", "127.0.0.1")));
    }

    [KernelFact]
    public void Refusals_say_what_is_wrong_and_leave_nothing()
    {
        using var group = new ControlGroup();
        using var counter = HitCounter.Of("cgroup_skb/egress", 1);
        OpenDescriptors.MustNotLeak(() =>
        {
            BpfException notOne = Assert.Throws<BpfException>(() => counter.Program.AttachCgroup("/tmp"));
            Assert.Contains("not in a cgroup2 file system", notOne.Message, StringComparison.Ordinal);
            Assert.Equal("ENOENT", Assert.Throws<BpfException>(() => counter.Program.AttachCgroup(Path.Combine(group.Path, "none"))).ErrnoName);
            using var connect = HitCounter.Of("cgroup/connect4", 1);
            BpfException wrong = Assert.Throws<BpfException>(() => connect.Program.AttachCgroup(group.Path, BpfAttachType.CgroupInet4Bind));
            Assert.Contains("loaded for another one (CgroupInet4Connect)", wrong.Message, StringComparison.Ordinal);
            Assert.ThrowsAny<BpfException>(() => counter.Program.AttachCgroup(group.Path, options: new CgroupAttachOptions { PinPath = "/tmp/not-bpffs" }));
            using BpfProgram unknown = BpfProgram.OpenById(counter.Program.Id)!;
            Assert.Contains("give AttachCgroup the attach type", Assert.Throws<ArgumentException>(() => unknown.AttachCgroup(group.Path)).Message, StringComparison.Ordinal);
        });
        Assert.Empty(BpfAttachments.OfCgroup(group.Path, BpfAttachType.CgroupInetEgress).Programs);
    }

    [KernelFact]
    public void Groups_are_found()
    {
        string root = Cgroup.FindMountPoint()!;
        Assert.True(File.Exists(Path.Combine(root, "cgroup.procs")));
        string own = Cgroup.FindOfProcess()!;
        Assert.Contains(Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture), File.ReadAllLines(Path.Combine(own, "cgroup.procs")));
        using var group = new ControlGroup();
        Assert.Equal(Command.Run("stat", "-c", "%i", group.Path).Trim(), Cgroup.ReadId(group.Path).ToString(System.Globalization.CultureInfo.InvariantCulture));
    }
}
