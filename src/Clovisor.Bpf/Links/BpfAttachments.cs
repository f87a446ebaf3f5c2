using Clovisor.Bpf.Cgroups;
using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Interop.Handles;
using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Programs;

namespace Clovisor.Bpf.Links;

/// <summary>Asks the kernel what is attached to a hook, by whomever. Needs CAP_NET_ADMIN or root. Safe to use from any thread.</summary>
public static unsafe class BpfAttachments
{
    private const uint Effective = 1;
    private const int FirstCapacity = 64;
    private const int MaximumCapacity = 1 << 16;

    /// <summary>What is on a device's tcx or netkit hook. From Linux 6.6.</summary>
    /// <param name="interfaceIndex">The device, of the network namespace that the calling thread is in.</param>
    /// <param name="attachType">The hook: <see cref="BpfAttachType.TcxIngress"/> for one.</param>
    /// <exception cref="BpfException">The device does not exist, or the kernel has no such hook.</exception>
    public static BpfHookState OfInterface(int interfaceIndex, BpfAttachType attachType) =>
        Query(interfaceIndex, attachType, 0, $"{attachType} of interface {interfaceIndex}", links: true);

    /// <summary>What is on a hook of a control group. From Linux 4.15.</summary>
    /// <param name="path">The group's directory in a cgroup2 file system.</param>
    /// <param name="attachType">The hook: <see cref="BpfAttachType.CgroupInetEgress"/> for one.</param>
    /// <param name="effective">Whether to list what runs for the group's processes, those of the groups above it too; flags and revision are not given then.</param>
    /// <exception cref="BpfException">The path is not of a control group, or the kernel has no such hook.</exception>
    public static BpfHookState OfCgroup(string path, BpfAttachType attachType, bool effective = false)
    {
        using BpfHandle group = Cgroup.Open(path);
        using BpfHandle.FdLease lease = group.Lease();
        return Query(lease.Descriptor, attachType, effective ? Effective : 0, $"{attachType} of control group {path}", links: false);
    }

    /// <summary>What is on a hook of a network namespace. From Linux 5.8.</summary>
    /// <param name="path">The namespace's file: <c>/proc/self/ns/net</c>, <c>/run/netns/blue</c>.</param>
    /// <param name="attachType"><see cref="BpfAttachType.SocketLookup"/> or <see cref="BpfAttachType.FlowDissector"/>.</param>
    /// <exception cref="BpfException">The path is not of a network namespace, or the kernel has no such hook.</exception>
    public static BpfHookState OfNetworkNamespace(string path, BpfAttachType attachType)
    {
        using BpfHandle space = KernelFile.Open(path, "network namespace");
        using BpfHandle.FdLease lease = space.Lease();
        return Query(lease.Descriptor, attachType, 0, $"{attachType} of network namespace {path}", links: false);
    }

    /// <summary>The program of a map of sockets. From Linux 5.17.</summary>
    /// <param name="map">A map of type <see cref="BpfMapType.SocketMap"/> or <see cref="BpfMapType.SocketHash"/>.</param>
    /// <param name="attachType">The hook: <see cref="BpfAttachType.SocketMessageVerdict"/> for one.</param>
    /// <exception cref="BpfException">The map is of another type, or the kernel cannot tell.</exception>
    public static BpfHookState OfSocketMap(BpfMap map, BpfAttachType attachType)
    {
        ArgumentNullException.ThrowIfNull(map);
        using BpfHandle.FdLease lease = map.Handle.Lease();
        return Query(lease.Descriptor, attachType, 0, $"{attachType} of map {map.Name}", links: false);
    }

    private static BpfHookState Query(int target, BpfAttachType attachType, uint flags, string description, bool links)
    {
        // Which of the arrays a kernel fills for which hook has grown over time: it is asked for less where it wants none of them.
        bool details = flags == 0;
        for (int capacity = FirstCapacity; ;)
        {
            var programs = new uint[capacity];
            var programFlags = new uint[capacity];
            var linkIds = new uint[capacity];
            ProgramQueryAttributes attributes;
            int result;
            fixed (uint* ids = programs, flagArray = programFlags, linkArray = linkIds)
            {
                attributes = new ProgramQueryAttributes
                {
                    Target = (uint)target,
                    AttachType = (uint)attachType,
                    QueryFlags = flags,
                    ProgramIds = (ulong)ids,
                    Count = (uint)capacity,
                    ProgramAttachFlags = details ? (ulong)flagArray : 0,
                    LinkIds = links ? (ulong)linkArray : 0,
                };
                result = BpfSyscall.Call(BpfCommand.ProgramQuery, ref attributes);
            }

            if (result == -Errno.ENOSPC && capacity < MaximumCapacity)
            {
                capacity = Math.Max(capacity * 2, (int)attributes.Count);
            }
            else if (result is -Errno.EINVAL or -Errno.E2BIG && details && !links)
            {
                details = false;
            }
            else if (result < 0)
            {
                throw BpfErrors.Create("list the programs of", description, -result, result == -Errno.EINVAL ? "The kernel has no such hook there." : null);
            }
            else
            {
                var found = new BpfAttachedProgram[Math.Min(capacity, (int)attributes.Count)];
                for (int i = 0; i < found.Length; i++)
                {
                    found[i] = new BpfAttachedProgram(programs[i], linkIds[i], programFlags[i]);
                }

                return new BpfHookState(attributes.Revision, attributes.AttachFlags, found);
            }
        }
    }
}
