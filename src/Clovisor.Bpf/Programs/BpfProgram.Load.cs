using System.Text;
using Clovisor.Bpf.Instructions;
using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Interop.Handles;
using Clovisor.Bpf.Maps;

namespace Clovisor.Bpf.Programs;

public sealed unsafe partial class BpfProgram
{
    // The largest log that every kernel takes; grown to by steps, since most are short.
    private const int FirstLog = 64 << 10;
    private const int LargestLog = (16 << 20) - 1;
    private const int VerifierRetries = 16;

    /// <summary>Loads instructions as a program, without an object file and without libbpf. Needs CAP_BPF and, for network programs, CAP_NET_ADMIN, or root.</summary>
    /// <param name="type">The program's type.</param>
    /// <param name="instructions">The code, maps named by descriptor; see <see cref="BpfAssembler"/>.</param>
    /// <param name="options">Name, licence and more; null for the defaults.</param>
    /// <exception cref="ArgumentException">There are no instructions.</exception>
    /// <exception cref="BpfVerifierException">The verifier rejected it.</exception>
    /// <exception cref="BpfException">The kernel refused otherwise.</exception>
    public static BpfProgram Load(BpfProgramType type, ReadOnlySpan<BpfInstruction> instructions, BpfProgramOptions? options = null)
    {
        if (instructions.IsEmpty)
        {
            throw new ArgumentException("A program has at least one instruction.", nameof(instructions));
        }

        options ??= new BpfProgramOptions();
        BpfHandle handle = LoadHandle(type, instructions, options);
        var program = new BpfProgram(handle, options.Name, null, options.ExpectedAttachType);
        try
        {
            foreach (BpfMap map in options.BoundMaps)
            {
                program.Bind(map);
            }

            return program;
        }
        catch
        {
            program.Dispose();
            throw;
        }
    }

    /// <summary>Makes a map live as long as the program, although its code may not name it. From Linux 5.10.</summary>
    /// <param name="map">The map.</param>
    /// <exception cref="BpfException">The kernel refused it.</exception>
    public void Bind(BpfMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        using BpfHandle.FdLease lease = Handle.Lease();
        using BpfHandle.FdLease bound = map.Handle.Lease();
        var attributes = new ProgramBindMapAttributes { ProgramDescriptor = (uint)lease.Descriptor, MapDescriptor = (uint)bound.Descriptor };
        int result = BpfSyscall.Call(BpfCommand.ProgramBindMap, ref attributes);
        if (result is < 0 and not -Errno.EEXIST)
        {
            throw BpfErrors.Create($"bind map {map.Name} to", $"program {Name}", -result);
        }
    }

    private static BpfHandle LoadHandle(BpfProgramType type, ReadOnlySpan<BpfInstruction> instructions, BpfProgramOptions options)
    {
        byte[] license = NativeText.ToUtf8(options.License);
        BpfHandle? attachTo = options.AttachTo?.Handle;
        bool added = false;
        try
        {
            attachTo?.DangerousAddRef(ref added);
            fixed (BpfInstruction* code = instructions)
            fixed (byte* text = license)
            {
                var attributes = new ProgramLoadAttributes
                {
                    Type = (uint)type,
                    InstructionCount = (uint)instructions.Length,
                    Instructions = (ulong)code,
                    License = (ulong)text,
                    Flags = options.Flags,
                    ExpectedAttachType = (uint)(options.ExpectedAttachType ?? 0),
                    AttachBtfId = options.AttachBtfId,
                    AttachProgramDescriptor = attachTo is null ? 0 : (uint)attachTo.DangerousGetHandle(),
                };
                NativeText.WriteKernelName(options.Name ?? "", attributes.Name);
                int result = Try(ref attributes);
                return result >= 0 ? new BpfHandle(result) : throw Refusal(ref attributes, -result, options.Name ?? "(unnamed)", type);
            }
        }
        finally
        {
            if (added)
            {
                attachTo!.DangerousRelease();
            }
        }
    }

    // A signal that arrives while the verifier works ends the call with EAGAIN.
    private static int Try(ref ProgramLoadAttributes attributes)
    {
        for (int attempt = 0; ; attempt++)
        {
            int result = BpfSyscall.Call(BpfCommand.ProgramLoad, ref attributes);
            if (result != -Errno.EAGAIN || attempt == VerifierRetries)
            {
                return result;
            }
        }
    }

    // The log costs time, so it is asked for only after a refusal.
    private static BpfException Refusal(ref ProgramLoadAttributes attributes, int errno, string name, BpfProgramType type)
    {
        for (int size = FirstLog; ; size = Math.Min(size * 8, LargestLog))
        {
            byte[] buffer = new byte[size];
            fixed (byte* log = buffer)
            {
                attributes.LogLevel = 1;
                attributes.LogBuffer = (ulong)log;
                attributes.LogSize = (uint)size;
                int again = Try(ref attributes);
                if (again >= 0)
                {
                    // Accepted now: what was in the way is gone. The caller gets the first answer and may try again.
                    new BpfHandle(again).Dispose();
                }
                else if (again == -Errno.ENOSPC && size < LargestLog)
                {
                    continue;
                }
            }

            int end = Array.IndexOf(buffer, (byte)0);
            string text = Encoding.UTF8.GetString(buffer, 0, end < 0 ? size : end);
            return string.IsNullOrWhiteSpace(text)
                ? BpfErrors.Create("load program", name, errno, errno == Errno.EINVAL ? $"The kernel may not know programs of type {type}, or not for the place given." : null)
                : new BpfVerifierException(name, "instructions", errno, text);
        }
    }
}
