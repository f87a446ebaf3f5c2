using System.Runtime.InteropServices;
using System.Text;
using Clovisor.Testing;
using Microsoft.Win32.SafeHandles;

namespace Clovisor.Wan.Tests.Datapath;

/// <summary>Switches a device's checksum and segmentation offloads off, so that every packet has its real size and its real checksum.</summary>
internal static unsafe partial class Offloads
{
    private const int EthtoolRequest = 0x8946;
    private const int NameBytes = 16;

    // Set: transmit checksum, TCP segmentation, generic segmentation, generic receive.
    private static readonly uint[] Commands = [0x17, 0x1f, 0x24, 0x2c];

    internal static void Disable(NetworkNamespace side, string device) => side.Run(() =>
    {
        using SafeFileHandle socket = OpenSocket(2, 2, 0);
        uint* value = stackalloc uint[2];
        byte* request = stackalloc byte[40];
        foreach (uint command in Commands)
        {
            value[0] = command;
            value[1] = 0;
            new Span<byte>(request, 40).Clear();
            Encoding.ASCII.GetBytes(device, new Span<byte>(request, NameBytes));
            *(nint*)(request + NameBytes) = (nint)value;
            if (Control(socket, EthtoolRequest, request) != 0)
            {
                throw new InvalidOperationException($"{device} keeps offload {command:x}: errno {Marshal.GetLastPInvokeError()}");
            }
        }
    });

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial SafeFileHandle OpenSocket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Control(SafeFileHandle socket, nuint request, byte* argument);
}
