using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Clovisor.Wan.Failover.Interop;

/// <summary>What the report asks of the kernel itself, since starting a program for it would take longer than what is measured.</summary>
internal static unsafe partial class Kernel
{
    private const int NewNetwork = 0x40000000;
    private const int GetFlags = 0x8913;
    private const int SetFlags = 0x8914;
    private const short Up = 1;

    /// <summary>Moves the calling thread into a named network namespace for good.</summary>
    public static void Enter(string space)
    {
        using SafeFileHandle file = File.OpenHandle($"/run/netns/{space}");
        Require(setns((int)file.DangerousGetHandle(), NewNetwork), $"enter network namespace {space}");
    }

    /// <summary>Sets a device up or down, in the network namespace that the socket was made in.</summary>
    public static void SetUp(System.Net.Sockets.Socket socket, string device, bool up)
    {
        Request request = default;
        Encoding.ASCII.GetBytes(device, new Span<byte>(request.Name, 15));
        int number = (int)socket.Handle;
        Require(ioctl(number, GetFlags, &request), $"read the flags of {device}");
        request.Flags = (short)(up ? request.Flags | Up : request.Flags & ~Up);
        Require(ioctl(number, SetFlags, &request), $"set {device} {(up ? "up" : "down")}");
    }

    /// <summary>The index of a device, in the network namespace of the calling thread.</summary>
    public static int IndexOf(string device)
    {
        uint index = if_nametoindex(device);
        return index > 0 ? (int)index : throw new InvalidOperationException($"there is no device {device} here");
    }

    /// <summary>Puts the calling thread before all that are not of the machine's own.</summary>
    public static void GoFirst() => Require(setpriority(0, 0, -20), "raise a thread's priority");

    private static void Require(int result, string what)
    {
        if (result != 0)
        {
            throw new InvalidOperationException($"cannot {what}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int setns(int file, int kind);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int ioctl(int file, nuint request, Request* argument);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int setpriority(int which, uint thread, int nice);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial uint if_nametoindex(string device);

    [StructLayout(LayoutKind.Sequential, Size = 40)]
    private struct Request
    {
        public fixed byte Name[16];
        public short Flags;
    }
}
