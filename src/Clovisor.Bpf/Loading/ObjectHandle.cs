using System.Runtime.InteropServices;
using Clovisor.Bpf.Interop;

namespace Clovisor.Bpf.Loading;

/// <summary>A <c>bpf_object</c> for the length of one open or load. Nothing of it is kept: what is loaded is duplicated out.</summary>
internal readonly unsafe ref struct ObjectHandle
{
    private ObjectHandle(nint pointer) => Pointer = pointer;

    internal nint Pointer { get; }

    /// <summary>Parses an object. The bytes must stay pinned until disposal.</summary>
    internal static ObjectHandle Open(byte* bytes, int length, string name, LibBpfMessages messages)
    {
        fixed (byte* objectName = NativeText.ToUtf8(name.Split('.')[0] is { Length: > 0 } stem ? stem : "object"))
        {
            var options = new LibBpf.OpenOptions { Size = (nuint)sizeof(LibBpf.OpenOptions), ObjectName = objectName };
            nint pointer = LibBpf.bpf_object__open_mem(bytes, (nuint)length, &options);
            if (pointer == 0)
            {
                int errno = Marshal.GetLastPInvokeError();
                throw new BpfException("open", name, errno, messages.Lines.Count == 0 ? null : $"libbpf says: {string.Join("; ", messages.Lines)}");
            }

            return new ObjectHandle(pointer);
        }
    }

    internal List<nint> Maps()
    {
        var maps = new List<nint>();
        for (nint map = LibBpf.bpf_object__next_map(Pointer, 0); map != 0; map = LibBpf.bpf_object__next_map(Pointer, map))
        {
            maps.Add(map);
        }

        return maps;
    }

    internal List<nint> Programs()
    {
        var programs = new List<nint>();
        for (nint program = LibBpf.bpf_object__next_program(Pointer, 0); program != 0; program = LibBpf.bpf_object__next_program(Pointer, program))
        {
            programs.Add(program);
        }

        return programs;
    }

    public void Dispose() => LibBpf.bpf_object__close(Pointer);
}
