using System.Runtime.InteropServices;

namespace Clovisor.Bpf.Interop.Handles;

/// <summary>Holds a descriptor that somebody else owns open for one call: a socket, a file, a process.</summary>
internal readonly ref struct ForeignLease
{
    private readonly SafeHandle _owner;

    internal ForeignLease(SafeHandle owner)
    {
        ArgumentNullException.ThrowIfNull(owner);
        bool added = false;
        owner.DangerousAddRef(ref added);
        _owner = owner;
        Descriptor = (int)owner.DangerousGetHandle();
    }

    internal int Descriptor { get; }

    public void Dispose() => _owner.DangerousRelease();
}
