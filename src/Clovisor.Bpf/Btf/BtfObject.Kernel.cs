using System.Buffers.Binary;
using System.Text;
using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Interop.Handles;

namespace Clovisor.Bpf.Btf;

/// <summary>Type information that the kernel holds: its own, a module's, or that of a loaded object. Read once, when it is opened; safe to use from any thread.</summary>
public sealed unsafe class BtfObject
{
    private const int NameBytes = 64;
    private readonly byte[] _blob;

    private BtfObject(uint id, string name, bool isKernel, byte[] blob)
    {
        Id = id;
        Name = name;
        IsKernel = isKernel;
        _blob = blob;
    }

    /// <summary>The kernel's number of it.</summary>
    public uint Id { get; }

    /// <summary><c>vmlinux</c> for the kernel's own, the module's name for a module's; empty for that of a loaded object. From Linux 5.11.</summary>
    public string Name { get; }

    /// <summary>Whether it describes the kernel or a module. From Linux 5.11.</summary>
    public bool IsKernel { get; }

    /// <summary>Length in bytes.</summary>
    public int Length => _blob.Length;

    /// <summary>The numbers of all BTF objects in the kernel, smallest first. Needs CAP_SYS_ADMIN. From Linux 5.4.</summary>
    /// <exception cref="BpfPermissionException">CAP_SYS_ADMIN is missing; thrown when the enumeration begins.</exception>
    public static IEnumerable<uint> EnumerateIds() => KernelIds.Enumerate(BpfCommand.BtfGetNextId, "BTF objects");

    /// <summary>Reads a BTF object by its number. Needs CAP_SYS_ADMIN. From Linux 4.18.</summary>
    /// <param name="id">The kernel's number, as <see cref="Programs.BpfProgramInfo.BtfId"/> gives it.</param>
    /// <returns>Null when there is none of that number.</returns>
    /// <exception cref="BpfPermissionException">CAP_SYS_ADMIN is missing.</exception>
    public static BtfObject? OpenById(uint id)
    {
        if (id == 0)
        {
            return null;
        }

        int result = KernelIds.Open(BpfCommand.BtfGetDescriptorById, id);
        if (result == -Errno.ENOENT)
        {
            return null;
        }

        if (result < 0)
        {
            throw BpfErrors.Create("open BTF object", $"id {id}", -result, "Opening by id needs CAP_SYS_ADMIN.");
        }

        using var handle = new BpfHandle(result);
        byte* name = stackalloc byte[NameBytes];
        name[0] = 0;
        BtfObjectInfo info = Ask(result, id, new BtfObjectInfo { Name = (ulong)name, NameLength = NameBytes });
        bool isKernel = info.IsKernel != 0;
        byte[] blob = new byte[info.Size];
        fixed (byte* data = blob)
        {
            Ask(result, id, new BtfObjectInfo { Data = (ulong)data, Size = (uint)blob.Length });
        }

        return new BtfObject(id, NativeText.Read(name), isKernel, blob);
    }

    /// <summary>Reads the types.</summary>
    /// <param name="kernel">The kernel's own, for a module's, which builds on it; see <see cref="BtfTypeTable.OpenKernel"/>.</param>
    /// <exception cref="FormatException">It builds on another, which was not given.</exception>
    public BtfTypeTable ReadTypes(BtfTypeTable? kernel = null) =>
        kernel is null ? BtfTypeTable.Parse(_blob) : BtfTypeTable.ParseSplit(_blob, kernel);

    /// <summary>The text at an offset of the string section; empty when it lies outside.</summary>
    internal string Text(uint offset)
    {
        // struct btf_header: magic, version, flags, header length, then offset and length of types and of texts.
        ReadOnlySpan<byte> blob = _blob;
        if (blob.Length < 24)
        {
            return "";
        }

        ulong start = (ulong)BinaryPrimitives.ReadUInt32LittleEndian(blob[4..]) + BinaryPrimitives.ReadUInt32LittleEndian(blob[16..]) + offset;
        if (offset >= BinaryPrimitives.ReadUInt32LittleEndian(blob[20..]) || start >= (ulong)blob.Length)
        {
            return "";
        }

        ReadOnlySpan<byte> text = blob[(int)start..];
        int end = text.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? text : text[..end]);
    }

    private static BtfObjectInfo Ask(int descriptor, uint id, BtfObjectInfo info)
    {
        int result = BpfSyscall.GetInfo(descriptor, ref info);
        return result < 0 ? throw BpfErrors.Create("read BTF object", $"id {id}", -result) : info;
    }
}
