using System.Runtime.InteropServices;
using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Loading;

namespace Clovisor.Bpf.Tracing;

/// <summary>An attachment that only libbpf can make: a USDT probe, or operations that the kernel calls. Disposing detaches.</summary>
/// <remarks>It must be disposed before, or with, the object that it came from: libbpf keeps its state there, so disposing the object first waits for this one. Not safe for use from several threads at once.</remarks>
public sealed class LibBpfAttachment : IDisposable
{
    private readonly NativeLink _link;

    internal LibBpfAttachment(nint link, ObjectHandle owner, string description)
    {
        _link = new NativeLink(link, owner);
        Description = description;
    }

    /// <summary>What is attached to what.</summary>
    public string Description { get; }

    /// <summary>Detaches. Calling it again does nothing.</summary>
    public void Dispose() => _link.Dispose();

    /// <inheritdoc/>
    public override string ToString() => Description;

    /// <summary>Owns a <c>bpf_link</c> of libbpf, and holds the object that its state lies in.</summary>
    internal sealed class NativeLink : SafeHandle
    {
        private readonly ObjectHandle _owner;
        private readonly bool _held;

        internal NativeLink(nint link, ObjectHandle owner) : base(0, ownsHandle: true)
        {
            SetHandle(link);
            _owner = owner;
            owner.DangerousAddRef(ref _held);
        }

        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle()
        {
            _ = LibBpf.bpf_link__destroy(handle);
            if (_held)
            {
                _owner.DangerousRelease();
            }

            return true;
        }
    }
}
