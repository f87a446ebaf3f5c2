using System.Runtime.InteropServices;
using System.Text;
using Clovisor.Testing;
using Microsoft.Win32.SafeHandles;

namespace Clovisor.Wan.Tests.Datapath;

/// <summary>Two TUN devices of two namespaces, joined: what one sends is read here, and written to the other. Their packets have no Ethernet header.</summary>
internal sealed partial class TunWire : IDisposable
{
    private const nuint TunSetInterface = 0x400454ca;
    private const short PacketsWithoutInformation = 0x1001;     // IFF_TUN | IFF_NO_PI
    private const int LargestPacket = 65536;

    private readonly (NetworkNamespace Side, string Device)[] _ends;
    private readonly SafeFileHandle[] _handles;
    private readonly Thread[] _readers;

    internal TunWire(NetworkNamespace side, string device, NetworkNamespace peer, string peerDevice)
    {
        _ends = [(side, device), (peer, peerDevice)];
        _handles = [.. _ends.Select(static end => end.Side.Run(() => Open(end.Device)))];
        foreach ((NetworkNamespace at, string name) in _ends)
        {
            at.Ip("link", "set", name, "up");
        }

        _readers = [new Thread(() => Relay(_handles[0], _handles[1])), new Thread(() => Relay(_handles[1], _handles[0]))];
        Array.ForEach(_readers, static reader => reader.Start());
    }

    public void Dispose()
    {
        // A read that waits ends with its device.
        foreach ((NetworkNamespace side, string device) in _ends)
        {
            side.Ip("link", "del", device);
        }

        Array.ForEach(_readers, static reader => reader.Join());
        Array.ForEach(_handles, static handle => handle.Dispose());
    }

    private static unsafe void Relay(SafeFileHandle from, SafeFileHandle to)
    {
        Span<byte> packet = new byte[LargestPacket];
        while (true)
        {
            int length = Transfer(Read, from, packet);

            // What the other end refuses is lost, as on any wire; without a device there is nothing more to read.
            if (length <= 0)
            {
                return;
            }

            _ = Transfer(Write, to, packet[..length]);
        }
    }

    private static unsafe int Transfer(Call call, SafeFileHandle descriptor, Span<byte> packet)
    {
        fixed (byte* bytes = packet)
        {
            return (int)call(descriptor, bytes, (nuint)packet.Length);
        }
    }

    private unsafe delegate nint Call(SafeFileHandle descriptor, byte* buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial nint Read(SafeFileHandle descriptor, byte* buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial nint Write(SafeFileHandle descriptor, byte* buffer, nuint length);

    private static unsafe SafeFileHandle Open(string device)
    {
        SafeFileHandle handle = File.OpenHandle("/dev/net/tun", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);

        // struct ifreq: the name, then the flags.
        byte[] request = new byte[40];
        Encoding.ASCII.GetBytes(device, request);
        MemoryMarshal.Write(request.AsSpan(16), PacketsWithoutInformation);
        fixed (byte* bytes = request)
        {
            if (Control(handle, TunSetInterface, bytes) != 0)
            {
                int error = Marshal.GetLastPInvokeError();
                handle.Dispose();
                throw new InvalidOperationException($"The TUN device '{device}' was not made: errno {error}.");
            }
        }

        return handle;
    }

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial int Control(SafeFileHandle descriptor, nuint request, byte* argument);
}
