using System.Runtime.InteropServices;
using System.Text;
using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Testing.Simulation.Maps;

namespace Clovisor.Bpf.Testing.Simulation;

/// <summary>Loading and running programs. Nothing is verified: what is refused, and what a program does, the test says by name.</summary>
internal sealed unsafe class ProgramCommands(SimulatedKernel kernel, ObjectTable objects)
{
    private const int InstructionBytes = 8;
    private const int SmallestPacket = 14;

    private readonly Dictionary<string, FakeProgramBody> _bodies = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _refusals = new(StringComparer.Ordinal);

    internal void SetBody(string name, FakeProgramBody body) => _bodies[Shorten(name)] = body;

    internal void Refuse(string name, string log) => _refusals[Shorten(name)] = log;

    internal int Load(Attributes attributes)
    {
        uint count = attributes.U32(4);
        byte* code = attributes.Pointer(8);
        if (count == 0)
        {
            return -Errno.E2BIG;
        }

        if (code is null || attributes.Pointer(16) is null)
        {
            return -Errno.EFAULT;
        }

        if (attributes.ObjectName(48) is not { } name)
        {
            return -Errno.EINVAL;
        }

        if (_refusals.TryGetValue(name, out string? log))
        {
            WriteLog(log, attributes.Pointer(32), (int)attributes.U32(28));
            return -Errno.EACCES;
        }

        var instructions = new ReadOnlySpan<byte>(code, (int)count * InstructionBytes);
        int result = FindMaps(instructions, out SimulatedMap[] maps);
        if (result < 0)
        {
            return result;
        }

        var program = new SimulatedProgram(attributes.U32(0), name, instructions, maps);
        objects.Register(program);
        return kernel.Open(program);
    }

    internal int BindMap(Attributes attributes) =>
        objects.Find(attributes.Descriptor(0))?.Target is not SimulatedProgram program || objects.Find(attributes.Descriptor(4))?.Target is not SimulatedMap map
            ? -Errno.EBADF
            : program.Bind(map);

    internal int TestRun(Attributes attributes)
    {
        const int DataSizeIn = 8, DataSizeOut = 12, DataIn = 16, DataOut = 24, Repeat = 32, Duration = 36;
        const int ContextSizeIn = 40, ContextSizeOut = 44, ContextIn = 48, ContextOut = 56;
        if (objects.Find(attributes.Descriptor(0)) is not { } open)
        {
            return -Errno.EBADF;
        }

        int length = (int)attributes.U32(DataSizeIn);
        if (open.Target is not SimulatedProgram program || (length > 0 && length < SmallestPacket))
        {
            return -Errno.EINVAL;
        }

        byte[] data = new ReadOnlySpan<byte>(attributes.Pointer(DataIn), length).ToArray();
        uint answer = 0;
        uint times = Math.Max(attributes.U32(Repeat), 1);
        if (_bodies.TryGetValue(program.Name, out FakeProgramBody? body))
        {
            for (uint i = 0; i < times; i++)
            {
                answer = body(data);
            }
        }

        program.Count(times);
        attributes.U32(4) = answer;
        attributes.U32(Duration) = 1;
        int contextRoom = (int)Math.Min(attributes.U32(ContextSizeIn), attributes.U32(ContextSizeOut));
        if (attributes.Pointer(ContextOut) is not null && attributes.Pointer(ContextIn) is not null)
        {
            new ReadOnlySpan<byte>(attributes.Pointer(ContextIn), contextRoom).CopyTo(new Span<byte>(attributes.Pointer(ContextOut), contextRoom));
        }

        int room = (int)attributes.U32(DataSizeOut);
        attributes.U32(DataSizeOut) = (uint)length;
        if (attributes.Pointer(DataOut) is null)
        {
            return 0;
        }

        // Too small a buffer takes what fits, and says so.
        data.AsSpan(0, Math.Min(room, length)).CopyTo(new Span<byte>(attributes.Pointer(DataOut), room));
        return room > 0 && room < length ? -Errno.ENOSPC : 0;
    }

    private static string Shorten(string name)
    {
        byte* buffer = stackalloc byte[NativeText.KernelNameLength];
        new Span<byte>(buffer, NativeText.KernelNameLength).Clear();
        NativeText.WriteKernelName(name, buffer);
        return NativeText.ReadKernelName(buffer);
    }

    private static void WriteLog(string text, byte* buffer, int room)
    {
        if (buffer is null || room == 0)
        {
            return;
        }

        byte[] bytes = Encoding.UTF8.GetBytes(text);
        int length = Math.Min(bytes.Length, room - 1);
        bytes.AsSpan(0, length).CopyTo(new Span<byte>(buffer, room));
        buffer[length] = 0;
    }

    // Instructions that load a map's address name it by a descriptor.
    private int FindMaps(ReadOnlySpan<byte> instructions, out SimulatedMap[] maps)
    {
        const byte LoadImmediate64 = 0x18;
        const int MapDescriptor = 1, MapValue = 2;
        var found = new HashSet<SimulatedMap>();
        maps = [];
        for (int at = 0; at < instructions.Length; at += InstructionBytes)
        {
            if (instructions[at] != LoadImmediate64)
            {
                continue;
            }

            if (instructions[at + 1] >> 4 is MapDescriptor or MapValue)
            {
                switch (objects.Find(MemoryMarshal.Read<int>(instructions[(at + 4)..]))?.Target)
                {
                    case SimulatedMap map:
                        found.Add(map);
                        break;
                    case null:
                        return -Errno.EBADF;
                    default:
                        return -Errno.EINVAL;
                }
            }

            // It is two instructions long.
            at += InstructionBytes;
        }

        maps = [.. found];
        return 0;
    }
}
