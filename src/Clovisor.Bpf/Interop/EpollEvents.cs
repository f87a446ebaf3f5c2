using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Clovisor.Bpf.Interop;

/// <summary>
/// <c>struct epoll_event</c>, which is packed on x64 alone: 4 bytes of events and 8 of data there, with 4 bytes between them
/// everywhere else.
/// </summary>
internal static unsafe class EpollEvents
{
    internal static int SizeFor(Architecture architecture) => architecture == Architecture.X64 ? 12 : 16;

    internal static int Size { get; } = SizeFor(RuntimeInformation.ProcessArchitecture);

    internal static void Write(byte* destination, uint events, ulong data)
    {
        Unsafe.WriteUnaligned(destination, events);
        Unsafe.WriteUnaligned(destination + Size - sizeof(ulong), data);
    }

    internal static ulong Data(byte* events, int index) => Unsafe.ReadUnaligned<ulong>(events + (index * Size) + Size - sizeof(ulong));
}
