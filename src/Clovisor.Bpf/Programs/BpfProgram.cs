using System.Buffers.Binary;
using System.Globalization;
using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Interop.Handles;

namespace Clovisor.Bpf.Programs;

/// <summary>A program that the kernel has verified and loaded.</summary>
/// <remarks>Owns a descriptor of its own: the program lives as long as anyone holds one, it is attached or pinned, or a program
/// array names it. Safe to use from any thread.</remarks>
public sealed partial class BpfProgram : IDisposable
{
    internal BpfProgram(BpfHandle handle, string? name = null, string? section = null, BpfAttachType? expectedAttachType = null)
    {
        Section = section;
        ExpectedAttachType = expectedAttachType;
        Handle = handle;
        using BpfHandle.FdLease lease = handle.Lease();
        ProgramInfo info = default;
        int result = BpfSyscall.GetInfo(lease.Descriptor, ref info);
        if (result < 0)
        {
            handle.Dispose();
            throw BpfErrors.Create("describe", $"program {name}", -result, result == -Errno.EINVAL ? "The descriptor is not of a program." : null);
        }

        unsafe
        {
            KernelName = NativeText.ReadKernelName(info.Name);
        }

        Name = name ?? KernelName;
        Type = (BpfProgramType)info.Type;
        Id = info.Id;
        Tag = BinaryPrimitives.ReverseEndianness(info.Tag).ToString("x16", CultureInfo.InvariantCulture);
    }

    /// <summary>The name in the object file; for a program that was found otherwise the kernel's name, which keeps 15 bytes.</summary>
    public string Name { get; }

    /// <summary>The type.</summary>
    public BpfProgramType Type { get; }

    /// <summary>The kernel's number of this program, unique while it lives.</summary>
    public uint Id { get; }

    /// <summary>16 hexadecimal digits over the instructions: equal for equal code, whatever maps it uses.</summary>
    public string Tag { get; }

    /// <summary>The section of the object file that it came from: <c>cgroup/connect4</c>; null for a program that was found otherwise.</summary>
    public string? Section { get; }

    /// <summary>The hook that it was loaded for, where its loader said one; null for a program that was found otherwise, since the kernel does not tell.</summary>
    public BpfAttachType? ExpectedAttachType { get; }

    internal BpfHandle Handle { get; }

    internal string KernelName { get; }

    /// <summary>Opens a program by the path it is pinned at. Needs CAP_BPF or root, and rights on the path.</summary>
    /// <param name="path">A path in a BPF file system.</param>
    /// <exception cref="BpfException">Nothing is pinned there, or not a program.</exception>
    public static BpfProgram OpenPinned(string path) => new(BpfSyscall.OpenPinned(path, DescriptorKind.Program));

    /// <summary>Opens a program by its number, for example the one that a link runs. Needs CAP_SYS_ADMIN. From Linux 4.13.</summary>
    /// <param name="id">The kernel's number.</param>
    /// <returns>The program, to be disposed by the caller; null when it is gone.</returns>
    /// <exception cref="BpfPermissionException">CAP_SYS_ADMIN is missing.</exception>
    public static BpfProgram? OpenById(uint id)
    {
        var attributes = new IdAttributes { Id = id };
        int result = BpfSyscall.Call(BpfCommand.ProgramGetDescriptorById, ref attributes);
        return result switch
        {
            >= 0 => new BpfProgram(new BpfHandle(result)),
            -Errno.ENOENT => null,
            _ => throw BpfErrors.Create("open program", $"id {id}", -result, "Opening by id needs CAP_SYS_ADMIN."),
        };
    }

    /// <summary>Gives the program a path in a BPF file system, by which it outlives this process until the path is deleted.</summary>
    /// <param name="path">A path that does not exist yet, in a directory that does.</param>
    /// <exception cref="BpfException">The path exists, or is not in a BPF file system.</exception>
    public void Pin(string path) => BpfSyscall.Pin(Handle, path, $"program {Name}");

    /// <summary>A second instance with a descriptor of its own.</summary>
    internal BpfProgram Duplicate() => new(Handle.Duplicate($"program {Name}"), Name, Section, ExpectedAttachType);

    /// <summary>Closes this descriptor. The program itself lives on while it is attached, pinned or held elsewhere.</summary>
    public void Dispose() => Handle.Dispose();

    /// <inheritdoc/>
    public override string ToString() => $"{Name} ({Type}, id {Id}, tag {Tag})";
}
