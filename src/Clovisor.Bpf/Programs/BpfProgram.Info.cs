using System.Buffers.Binary;
using Clovisor.Bpf.Btf;
using Clovisor.Bpf.Instructions;
using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Interop.Handles;

namespace Clovisor.Bpf.Programs;

// What the kernel tells of a program. The kernel is asked for the lengths first, and again with room for the arrays.
public sealed unsafe partial class BpfProgram
{
    /// <summary>The numbers of all programs in the kernel, smallest first. Programs that come and go meanwhile may be missed. Needs CAP_SYS_ADMIN. From Linux 4.13.</summary>
    /// <exception cref="BpfPermissionException">CAP_SYS_ADMIN is missing; thrown when the enumeration begins.</exception>
    public static IEnumerable<uint> EnumerateIds() => KernelIds.Enumerate(BpfCommand.ProgramGetNextId, "programs");

    /// <summary>Asks the kernel about the program. From Linux 4.13.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public BpfProgramInfo ReadInfo()
    {
        ProgramInfo head = ReadHead();
        var maps = new uint[head.MapIdCount];
        ProgramInfo info = head;
        if (maps.Length > 0)
        {
            fixed (uint* ids = maps)
            {
                info = Ask(new ProgramInfo { MapIds = (ulong)ids, MapIdCount = (uint)maps.Length });
            }
        }

        return new BpfProgramInfo
        {
            Id = info.Id,
            Type = (BpfProgramType)info.Type,
            Name = KernelName,
            LoadTime = TimeSpan.FromTicks((long)(info.LoadTime / 100)),
            UserId = info.CreatedByUser,
            IsGplCompatible = (info.Licence & 1) != 0,
            TranslatedLength = (int)info.TranslatedLength,
            JitedLength = (int)info.JitedLength,
            VerifiedInstructions = (int)info.VerifiedInstructions,
            RunCount = (long)info.RunCount,
            RunTime = TimeSpan.FromTicks((long)(info.RunTime / 100)),
            RecursionMisses = (long)info.RecursionMisses,
            BtfId = info.BtfId,
            AttachBtfObjectId = info.AttachBtfObjectId,
            AttachBtfId = info.AttachBtfId,
            MapIds = maps,
        };
    }

    /// <summary>The instructions after the verifier has rewritten them, with maps named by number. Needs CAP_PERFMON or root; empty without.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public BpfInstruction[] ReadInstructions()
    {
        var code = new BpfInstruction[ReadHead().TranslatedLength / sizeof(BpfInstruction)];
        if (code.Length > 0)
        {
            fixed (BpfInstruction* pointer = code)
            {
                Ask(new ProgramInfo { TranslatedInstructions = (ulong)pointer, TranslatedLength = (uint)(code.Length * sizeof(BpfInstruction)) });
            }
        }

        return code;
    }

    /// <summary>The machine code. Needs CAP_PERFMON or root, and <c>kernel.kptr_restrict</c> that allows it; empty without, or where programs are interpreted.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public byte[] ReadMachineCode()
    {
        byte[] code = new byte[ReadHead().JitedLength];
        if (code.Length > 0)
        {
            fixed (byte* pointer = code)
            {
                Ask(new ProgramInfo { JitedInstructions = (ulong)pointer, JitedLength = (uint)code.Length });
            }
        }

        return code;
    }

    /// <summary>The functions of the program, in order; empty when it was compiled without <c>-g</c>. Needs CAP_SYS_ADMIN for the names. From Linux 5.0.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public IReadOnlyList<BpfProgramFunction> ReadFunctions()
    {
        ProgramInfo head = ReadHead();
        byte[] records = new byte[head.FunctionInfoCount * head.FunctionInfoSize];
        if (records.Length == 0)
        {
            return [];
        }

        fixed (byte* pointer = records)
        {
            head = Ask(new ProgramInfo { FunctionInfo = (ulong)pointer, FunctionInfoCount = head.FunctionInfoCount, FunctionInfoSize = head.FunctionInfoSize });
        }

        BtfTypeTable? types = BtfObject.OpenById(head.BtfId)?.ReadTypes();
        var functions = new BpfProgramFunction[records.Length / (int)head.FunctionInfoSize];
        for (int i = 0; i < functions.Length; i++)
        {
            ReadOnlySpan<byte> record = records.AsSpan(i * (int)head.FunctionInfoSize);
            uint type = BinaryPrimitives.ReadUInt32LittleEndian(record[4..]);
            functions[i] = new BpfProgramFunction((int)BinaryPrimitives.ReadUInt32LittleEndian(record), types?[type].Name ?? "");
        }

        return functions;
    }

    /// <summary>Where each piece of the program comes from, in order; empty when it was compiled without <c>-g</c>. Needs CAP_SYS_ADMIN for the texts. From Linux 5.0.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public IReadOnlyList<BpfSourceLine> ReadSourceLines()
    {
        ProgramInfo head = ReadHead();
        byte[] records = new byte[head.LineInfoCount * head.LineInfoSize];
        if (records.Length == 0)
        {
            return [];
        }

        fixed (byte* pointer = records)
        {
            head = Ask(new ProgramInfo { LineInfo = (ulong)pointer, LineInfoCount = head.LineInfoCount, LineInfoSize = head.LineInfoSize });
        }

        BtfObject? description = BtfObject.OpenById(head.BtfId);
        var lines = new BpfSourceLine[records.Length / (int)head.LineInfoSize];
        for (int i = 0; i < lines.Length; i++)
        {
            ReadOnlySpan<byte> record = records.AsSpan(i * (int)head.LineInfoSize);
            uint place = BinaryPrimitives.ReadUInt32LittleEndian(record[12..]);
            lines[i] = new BpfSourceLine(
                (int)BinaryPrimitives.ReadUInt32LittleEndian(record),
                description?.Text(BinaryPrimitives.ReadUInt32LittleEndian(record[4..])) ?? "",
                (int)(place >> 10),
                (int)(place & 0x3FF),
                description?.Text(BinaryPrimitives.ReadUInt32LittleEndian(record[8..])).Trim() ?? "");
        }

        return lines;
    }

    private ProgramInfo ReadHead() => Ask(default);

    private ProgramInfo Ask(ProgramInfo info)
    {
        using BpfHandle.FdLease lease = Handle.Lease();
        int result = BpfSyscall.GetInfo(lease.Descriptor, ref info);
        return result < 0 ? throw BpfErrors.Create("describe", $"program {Name}", -result) : info;
    }
}
