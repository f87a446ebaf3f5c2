using System.Buffers;
using System.Runtime.InteropServices;
using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Interop.Handles;

namespace Clovisor.Bpf.Loading;

/// <summary>Owns a <c>bpf_object</c> of libbpf, with the descriptors of what it loaded.</summary>
internal sealed unsafe class ObjectHandle : SafeHandle
{
    // Of a substitute kernel, by libbpf's map or program; null when libbpf itself has loaded the object.
    private Dictionary<nint, BpfHandle>? _substituted;

    private ObjectHandle(nint pointer) : base(0, ownsHandle: true) => SetHandle(pointer);

    public override bool IsInvalid => handle == 0;

    /// <summary>Parses an object. libbpf copies what it needs: the bytes are pinned for this call alone.</summary>
    internal static ObjectHandle Open(ReadOnlyMemory<byte> elf, string name, BpfObjectOptions settings)
    {
        RequireTokens(name, settings);
        using LibBpfMessages messages = LibBpfMessages.Collect();
        using MemoryHandle pinned = elf.Pin();
        int dot = name.IndexOf('.', StringComparison.Ordinal);
        string stem = dot switch { < 0 => name, 0 => "object", _ => name[..dot] };
        fixed (byte* objectName = NativeText.ToUtf8(stem))
        fixed (byte* pinRoot = Optional(settings.PinRoot))
        fixed (byte* kernelBtf = Optional(settings.KernelBtfPath))
        fixed (byte* kernelConfig = Optional(settings.KernelConfig))
        fixed (byte* tokenPath = Optional(settings.TokenPath))
        {
            var options = new LibBpf.OpenOptions
            {
                Size = tokenPath is null ? LibBpf.OpenOptions.SizeWithoutToken : (nuint)sizeof(LibBpf.OpenOptions),
                ObjectName = objectName,
                PinRootPath = pinRoot,
                CustomBtfPath = kernelBtf,
                KernelConfig = kernelConfig,
                LogLevel = (uint)settings.LogLevel,
                TokenPath = tokenPath,
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

    /// <summary>A descriptor of its own for a loaded map. To be called under a lease.</summary>
    internal BpfHandle DuplicateMap(nint map, string target) =>
        _substituted is { } own ? own[map].Duplicate(target) : BpfHandle.Duplicate(LibBpf.bpf_map__fd(map), target);

    /// <summary>A descriptor of its own for a loaded program. To be called under a lease.</summary>
    internal BpfHandle DuplicateProgram(nint program, string target) =>
        _substituted is { } own ? own[program].Duplicate(target) : BpfHandle.Duplicate(LibBpf.bpf_program__fd(program), target);

    /// <summary>Whether a map was created, or a program loaded.</summary>
    internal bool IsLoadedMap(nint map) => _substituted?.ContainsKey(map) ?? LibBpf.bpf_map__fd(map) >= 0;

    /// <inheritdoc cref="IsLoadedMap"/>
    internal bool IsLoadedProgram(nint program) => _substituted?.ContainsKey(program) ?? LibBpf.bpf_program__fd(program) >= 0;

    /// <summary>Takes over what was loaded into a substitute kernel in libbpf's place.</summary>
    internal void Adopt(Dictionary<nint, BpfHandle> loaded) => _substituted = loaded;

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

    protected override void Dispose(bool disposing)
    {
        if (disposing && _substituted is { } own)
        {
            foreach (BpfHandle descriptor in own.Values)
            {
                descriptor.Dispose();
            }
        }

        base.Dispose(disposing);
    }

    private static void RequireTokens(string name, BpfObjectOptions settings)
    {
        if (settings.TokenPath is { } path && (LibBpf.libbpf_major_version(), LibBpf.libbpf_minor_version()).CompareTo((1, 5)) < 0)
        {
            throw new BpfNotSupportedException(
                "open", name, 0, $"Loading it by a token of {path} needs libbpf 1.5 or newer; this is {LibBpfLibrary.Version}. Without an object file, maps take a token by BpfMapSpec.Token.");
        }
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
