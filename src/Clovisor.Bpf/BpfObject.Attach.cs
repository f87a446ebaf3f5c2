using System.Runtime.InteropServices;
using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Loading;
using Clovisor.Bpf.Programs;
using Clovisor.Bpf.Tracing;

namespace Clovisor.Bpf;

// What keeps its state in the object, and so is attached through it.
public sealed partial class BpfObject
{
    /// <summary>
    /// Attaches every loaded program whose section names what to attach it to, as <see cref="BpfProgram.Attach"/> does: all of them, or none. Programs that want a device, a
    /// group, a map or a process are left alone and listed, with the method that attaches them. Needs what the kinds need.
    /// </summary>
    /// <returns>What was attached. Disposing it detaches.</returns>
    /// <exception cref="BpfException">The kernel refused one; those before it are detached again.</exception>
    public BpfAttachmentSet AttachAll()
    {
        var set = new BpfAttachmentSet();
        try
        {
            foreach (string name in _programs.Keys.Order(StringComparer.Ordinal))
            {
                using BpfProgram program = Program(name);
                set.Add(program);
            }

            return set;
        }
        catch
        {
            set.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Attaches a program to the static probes (USDT) of a program or library. The program's source includes <c>bpf/usdt.bpf.h</c>. Needs CAP_PERFMON and CAP_BPF, or root. From
    /// Linux 4.14; probes with a counter from 4.20.
    /// </summary>
    /// <param name="program">The name of the C function.</param>
    /// <param name="path">The program or library that has the probes.</param>
    /// <param name="provider">The provider.</param>
    /// <param name="probe">The probe; it may be in several places, and all of them are attached to.</param>
    /// <param name="cookie">A number that the program reads by <c>bpf_usdt_cookie</c>.</param>
    /// <param name="processId">The process that is probed; 0 for all.</param>
    /// <exception cref="KeyNotFoundException">No such program was loaded.</exception>
    /// <exception cref="BpfException">The file has no such probe, or the kernel refused.</exception>
    public unsafe LibBpfAttachment AttachUsdt(string program, string path, string provider, string probe, ulong cookie = 0, int processId = 0)
    {
        nint native = NativeProgram(program);
        if (native == 0)
        {
            throw Missing("program", program, _programs.Keys);
        }

        using ObjectHandle.ObjectLease lease = _handle.Lease();
        using LibBpfMessages messages = LibBpfMessages.Collect();
        fixed (byte* file = NativeText.ToUtf8(path))
        fixed (byte* providerName = NativeText.ToUtf8(provider))
        fixed (byte* probeName = NativeText.ToUtf8(probe))
        {
            var options = new LibBpf.UsdtOptions { Size = (nuint)sizeof(LibBpf.UsdtOptions), Cookie = cookie };
            nint link = LibBpf.bpf_program__attach_usdt(native, processId == 0 ? -1 : processId, file, providerName, probeName, &options);
            return Attached(link, $"{program} at the static probe {provider}:{probe} of {path}", messages);
        }
    }

    /// <summary>Hands the operations in a map (<c>SEC(".struct_ops")</c>) to the kernel: a congestion control, for one. Needs CAP_BPF and CAP_PERFMON, or root. From Linux 5.6.</summary>
    /// <param name="map">The name of the C variable.</param>
    /// <exception cref="KeyNotFoundException">There is no such map.</exception>
    /// <exception cref="BpfException">The map holds no operations, or the kernel refused them.</exception>
    public LibBpfAttachment AttachStructOperations(string map)
    {
        nint native = NativeMap(map);
        if (native == 0)
        {
            throw Missing("map", map, _maps.Keys);
        }

        using ObjectHandle.ObjectLease lease = _handle.Lease();
        using LibBpfMessages messages = LibBpfMessages.Collect();
        return Attached(LibBpf.bpf_map__attach_struct_ops(native), $"the operations {map}", messages);
    }

    private LibBpfAttachment Attached(nint link, string description, LibBpfMessages messages)
    {
        if (link == 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            throw BpfErrors.Create("attach", description, errno, messages.Lines.Count == 0 ? null : $"libbpf says: {string.Join("; ", messages.Lines)}.");
        }

        return new LibBpfAttachment(link, _handle, description);
    }
}
