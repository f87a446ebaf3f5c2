using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Clovisor.Wan.Interop;

namespace Clovisor.Wan.Probes;

/// <summary>Ties a socket to one link: its device, its source address, a code point.</summary>
internal static unsafe class LinkSocket
{
    /// <param name="socket">The socket, not connected.</param>
    /// <param name="origin">The link.</param>
    /// <param name="family">The socket's family.</param>
    /// <param name="dscp">The code point.</param>
    /// <param name="what">The socket in words, for the error.</param>
    /// <exception cref="WanException">The kernel refused the device or the address.</exception>
    public static void Bind(FileHandle socket, in ProbeOrigin origin, AddressFamily family, byte dscp, string what)
    {
        byte[] name = Encoding.UTF8.GetBytes(origin.Device);
        fixed (byte* data = name)
        {
            Require(Libc.setsockopt(socket, Libc.SOL_SOCKET, Libc.SO_BINDTODEVICE, data, (uint)name.Length), what, $"'{origin.Device}'");
        }

        int tos = dscp << 2;
        if (dscp != 0)
        {
            (int level, int option) = family == AddressFamily.InterNetwork ? (Libc.IPPROTO_IP, Libc.IP_TOS) : (Libc.IPPROTO_IPV6, Libc.IPV6_TCLASS);
            Require(Libc.setsockopt(socket, level, option, &tos, sizeof(int)), what, $"code point {dscp}");
        }

        if (origin.Source is { } source)
        {
            Span<byte> address = stackalloc byte[SockAddr.MaxLength];
            int length = SockAddr.Write(source, origin.InterfaceIndex, address);
            fixed (byte* data = address)
            {
                Require(Libc.bind(socket, data, (uint)length), what, source.ToString());
            }
        }
    }

    /// <summary>Opens a socket that is tied to a link, and connects it; a TCP connection is only begun.</summary>
    /// <exception cref="WanException">The kernel refused.</exception>
    public static FileHandle Connect(in ProbeOrigin origin, ProbeDefinition definition, IPAddress target, int type, string what)
    {
        bool v6 = target.AddressFamily == AddressFamily.InterNetworkV6;
        FileHandle socket = FileHandle.Socket(v6 ? Libc.AF_INET6 : Libc.AF_INET, type, 0, $"open {what}");
        try
        {
            Bind(socket, in origin, target.AddressFamily, definition.Dscp, what);
            Span<byte> address = stackalloc byte[SockAddr.MaxLength];
            int length = SockAddr.Write(target, origin.InterfaceIndex, address);
            SockAddr.SetPort(address, definition.PortInUse);
            fixed (byte* data = address)
            {
                if (Libc.connect(socket, data, (uint)length) != 0 && Marshal.GetLastPInvokeError() is var error and not Libc.EINPROGRESS)
                {
                    throw WanException.FromErrno($"connect {what} to {new IPEndPoint(target, definition.PortInUse)}", error);
                }
            }

            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static void Require(int result, string what, string to)
    {
        if (result != 0)
        {
            throw WanException.FromErrno($"bind {what} to {to}", Marshal.GetLastPInvokeError());
        }
    }
}
