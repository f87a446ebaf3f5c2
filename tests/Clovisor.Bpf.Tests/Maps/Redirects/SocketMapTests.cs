using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Maps.Redirects;
using Clovisor.Bpf.Maps.Storage;
using Clovisor.Testing;

namespace Clovisor.Bpf.Tests.Maps.Redirects;

public sealed partial class SocketMapTests
{
    private const int AfXdp = 44;

    [KernelFact]
    public void A_socket_map_takes_open_sockets_and_gives_their_cookies()
    {
        using BpfSocketMap map = BpfSocketMap.Create("clvt", 4);
        using Socket socket = Udp();
        Assert.False(map.TryGetCookie(1, out _));
        Assert.True(map.TrySet(1, socket.SafeHandle));
        Assert.False(map.TrySet(1, socket.SafeHandle, BpfUpdateMode.NotExisting));
        Assert.True(map.TryGetCookie(1, out ulong cookie));
        Assert.NotEqual(0UL, cookie);
        Assert.True(map.Remove(1));
        Assert.False(map.TryGetCookie(1, out _));
    }

    [KernelFact]
    public void A_closed_socket_leaves_the_map()
    {
        using BpfSocketHash<ulong> map = BpfSocketHash.Create<ulong>("clvt", 4);
        using (Socket socket = Udp())
        {
            Assert.True(map.TrySet(9, socket.SafeHandle));
            Assert.True(map.TryGetCookie(9, out _));
        }

        Assert.True(SpinWait.SpinUntil(() => !map.TryGetCookie(9, out _), TimeSpan.FromSeconds(10)));
        Assert.False(map.Remove(9));
    }

    [KernelFact]
    public void What_is_no_such_socket_is_refused_with_what_the_map_takes()
    {
        using BpfSocketMap map = BpfSocketMap.Create("clvt", 4);
        using SafeHandle file = BpfStorageOwner.OpenPath("/proc/self/status");
        Assert.Contains("The kernel takes open TCP", Assert.ThrowsAny<BpfException>(() => map.TrySet(0, file)).Message, StringComparison.Ordinal);
        using var unconnected = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        Assert.ThrowsAny<BpfException>(() => map.TrySet(0, unconnected.SafeHandle));
        Assert.Throws<ArgumentOutOfRangeException>(() => map.TrySet(4, unconnected.SafeHandle));
    }

    [KernelFact]
    public void Values_of_four_bytes_give_no_cookies()
    {
        using var map = new BpfSocketMap(BpfMap.Create(BpfMapType.SocketMap, "clvt", 4, 4, 1));
        using Socket socket = Udp();
        Assert.True(map.TrySet(0, socket.SafeHandle));
        Assert.Contains("8 bytes", Assert.Throws<InvalidOperationException>(() => map.TryGetCookie(0, out _)).Message, StringComparison.Ordinal);
    }

    [KernelFact]
    public void A_reuse_port_array_takes_sockets_that_share_an_address()
    {
        using BpfReusePortArray map = BpfReusePortArray.Create("clvt", 2);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        const int SolSocket = 1;
        const int SoReusePort = 15;
        socket.SetRawSocketOption(SolSocket, SoReusePort, BitConverter.GetBytes(1));
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Assert.True(map.TrySet(0, socket.SafeHandle));
        Assert.True(map.TryGetCookie(0, out ulong cookie));
        Assert.NotEqual(0UL, cookie);
        Assert.True(map.Remove(0));
        using Socket alone = Udp();
        Assert.Contains("SO_REUSEPORT", Assert.ThrowsAny<BpfException>(() => map.TrySet(0, alone.SafeHandle)).Message, StringComparison.Ordinal);
    }

    [KernelFact]
    public void An_xdp_socket_map_takes_xdp_sockets_alone()
    {
        using BpfXdpSocketMap map = BpfXdpSocketMap.Create("clvt", 2);
        int descriptor = OpenSocket(AfXdp, 3 | 0x80000, 0);
        Assert.True(descriptor >= 0, "AF_XDP");
        using var socket = new Microsoft.Win32.SafeHandles.SafeFileHandle(descriptor, ownsHandle: true);
        Assert.True(map.TrySet(1, socket));
        Assert.True(map.Remove(1));
        using Socket udp = Udp();
        Assert.Contains("AF_XDP", Assert.ThrowsAny<BpfException>(() => map.TrySet(0, udp.SafeHandle)).Message, StringComparison.Ordinal);
    }

    private static Socket Udp()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    [LibraryImport("libc", EntryPoint = "socket")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int OpenSocket(int domain, int type, int protocol);
}
