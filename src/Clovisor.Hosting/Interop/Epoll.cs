using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Clovisor.Hosting.Interop;

/// <summary>Waiting for many sockets at once on a thread of one's own; the runtime's own waiting hands every event to another thread.</summary>
internal sealed unsafe partial class Epoll : IDisposable
{
    private const int CloseOnExec = 0x80000;
    private const int Add = 1;
    private const uint In = 0x1;
    private const uint Out = 0x4;
    private const uint PeerClosed = 0x2000;
    private const uint Edge = 1u << 31;

    // What else is reported, asked for or not: EPOLLERR, EPOLLHUP.
    private const uint Ended = 0x8 | 0x10 | PeerClosed;

    private const int MostEvents = 64;
    private const int Forever = -1;

    // The kernel packs its struct on x86-64 alone.
    private static readonly int Size = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;

    private readonly SafeFileHandle _epoll;

    /// <exception cref="IOException">The kernel refused.</exception>
    internal Epoll()
    {
        int descriptor = Create(CloseOnExec);
        _epoll = descriptor >= 0
            ? new SafeFileHandle(descriptor, ownsHandle: true)
            : throw new IOException($"Create the epoll descriptor of the session API: {Marshal.GetLastPInvokeErrorMessage()}. Raise the limit of open files.");
    }

    /// <summary>What the number of a watched socket has become; <see cref="Next"/> fills it.</summary>
    /// <param name="Number">The number that it is watched by.</param>
    /// <param name="IsReadable">There is something to read, the end of it included.</param>
    /// <param name="IsWritable">There is room to write, or writing is of no use any more.</param>
    /// <param name="IsEnded">The other end, or this one, has closed at least one way.</param>
    internal readonly record struct Event(ulong Number, bool IsReadable, bool IsWritable, bool IsEnded);

    /// <summary>Watches a socket for edges, both ways, until it is closed.</summary>
    /// <exception cref="IOException">The kernel refused.</exception>
    internal void Watch(SafeHandle socket, ulong number)
    {
        byte* description = stackalloc byte[Size];
        Span<byte> bytes = new(description, Size);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, In | Out | PeerClosed | Edge);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[(Size - sizeof(ulong))..], number);
        if (Control(_epoll, Add, socket, description) < 0)
        {
            throw new IOException($"Watch a connection of the session API: {Marshal.GetLastPInvokeErrorMessage()}.");
        }
    }

    /// <summary>Waits for events.</summary>
    /// <param name="events">Where they go; at most 64 come.</param>
    /// <returns>How many came; 0 also after a signal.</returns>
    internal int Next(Span<Event> events)
    {
        byte* descriptions = stackalloc byte[MostEvents * Size];
        int count = Math.Max(0, Wait(_epoll, descriptions, Math.Min(MostEvents, events.Length), Forever));
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> bytes = new(descriptions + (i * Size), Size);
            uint what = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
            events[i] = new Event(BinaryPrimitives.ReadUInt64LittleEndian(bytes[(Size - sizeof(ulong))..]), (what & (In | Ended)) != 0, (what & (Out | Ended)) != 0, (what & Ended) != 0);
        }

        return count;
    }

    public void Dispose() => _epoll.Dispose();

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Create(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Control(SafeHandle epoll, int operation, SafeHandle descriptor, byte* description);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Wait(SafeHandle epoll, byte* descriptions, int most, int milliseconds);
}
