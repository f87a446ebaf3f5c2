using System.Runtime.InteropServices;
using Clovisor.Bpf.Interop;

namespace Clovisor.Bpf.Testing.Simulation.Maps;

/// <summary>A real descriptor (eventfd) that a reader can wait on as on a ring's own.</summary>
internal sealed unsafe class WakeUp : IDisposable
{
    internal WakeUp()
    {
        Descriptor = LibC.eventfd(0, LibC.EFD_CLOEXEC | LibC.EFD_NONBLOCK);
        if (Descriptor < 0)
        {
            throw BpfErrors.Create("create", "the wake-up of a ring of the fake kernel", Marshal.GetLastPInvokeError());
        }
    }

    internal int Descriptor { get; }

    /// <summary>Wakes those that wait to read, also when it was readable before.</summary>
    internal void Readable()
    {
        ulong one = 1;
        _ = LibC.write(Descriptor, &one, sizeof(ulong));
    }

    /// <summary>Wakes those that wait to write: an eventfd does so when it is read.</summary>
    internal void Writable()
    {
        Readable();
        Reset();
    }

    /// <summary>Makes it not readable.</summary>
    internal void Reset()
    {
        ulong value;
        _ = LibC.read(Descriptor, &value, sizeof(ulong));
    }

    public void Dispose() => _ = LibC.close(Descriptor);
}
