using System.Buffers;
using System.Runtime.InteropServices;
using Clovisor.Bpf.Interop;

namespace Clovisor.Bpf.Loading;

/// <summary>Owns a <c>bpf_object</c> of libbpf, with the descriptors of what it loaded.</summary>
internal sealed unsafe class ObjectHandle : SafeHandle
{
    private ObjectHandle(nint pointer) : base(0, ownsHandle: true) => SetHandle(pointer);

    public override bool IsInvalid => handle == 0;

    /// <summary>Parses an object. libbpf copies what it needs: the bytes are pinned for this call alone.</summary>
    internal static ObjectHandle Open(ReadOnlyMemory<byte> elf, string name, BpfObjectOptions settings)
    {
        using LibBpfMessages messages = LibBpfMessages.Collect();
        using MemoryHandle pinned = elf.Pin();
        int dot = name.IndexOf('.', StringComparison.Ordinal);
        string stem = dot switch { < 0 => name, 0 => "object", _ => name[..dot] };
        fixed (byte* objectName = NativeText.ToUtf8(stem))
        fixed (byte* pinRoot = Optional(settings.PinRoot))
        fixed (byte* kernelBtf = Optional(settings.KernelBtfPath))
        fixed (byte* kernelConfig = Optional(settings.KernelConfig))
        {
            var options = new LibBpf.OpenOptions
            {
                Size = LibBpf.OpenOptions.SizeWithoutToken,
                ObjectName = objectName,
                PinRootPath = pinRoot,
                CustomBtfPath = kernelBtf,
                KernelConfig = kernelConfig,
                LogLevel = (uint)settings.LogLevel,
            };
            nint pointer = LibBpf.bpf_object__open_mem(pinned.Pointer, (nuint)elf.Length, &options);
            if (pointer == 0)
            {
                int errno = Marshal.GetLastPInvokeError();
                throw new BpfException("open", name, errno, messages.Lines.Count == 0 ? null : $"libbpf says: {string.Join("; ", messages.Lines)}");
            }

            return new ObjectHandle(pointer);
        }
    }

    /// <summary>Holds the object open while its pointer is used. Throws <see cref="ObjectDisposedException"/> after disposal.</summary>
    internal ObjectLease Lease() => new(this);

    internal List<nint> Maps()
    {
        using ObjectLease lease = Lease();
        var maps = new List<nint>();
        for (nint map = LibBpf.bpf_object__next_map(lease.Pointer, 0); map != 0; map = LibBpf.bpf_object__next_map(lease.Pointer, map))
        {
            maps.Add(map);
        }

        return maps;
    }

    internal List<nint> Programs()
    {
        using ObjectLease lease = Lease();
        var programs = new List<nint>();
        for (nint program = LibBpf.bpf_object__next_program(lease.Pointer, 0); program != 0; program = LibBpf.bpf_object__next_program(lease.Pointer, program))
        {
            programs.Add(program);
        }

        return programs;
    }

    protected override bool ReleaseHandle()
    {
        LibBpf.bpf_object__close(handle);
        return true;
    }

    private static byte[]? Optional(string? text) => string.IsNullOrEmpty(text) ? null : NativeText.ToUtf8(text);

    /// <summary>A counted reference, so that another thread's Dispose cannot free the object under a call.</summary>
    internal readonly ref struct ObjectLease
    {
        private readonly ObjectHandle _owner;

        internal ObjectLease(ObjectHandle owner)
        {
            bool added = false;
            owner.DangerousAddRef(ref added);
            _owner = owner;
            Pointer = owner.handle;
        }

        internal nint Pointer { get; }

        public void Dispose() => _owner.DangerousRelease();
    }
}
