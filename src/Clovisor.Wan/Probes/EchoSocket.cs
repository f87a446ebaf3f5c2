using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Clovisor.Wan.Interop;

namespace Clovisor.Wan.Probes;

/// <summary>An ICMP socket of one family that is bound to one device and source address, so that no probe leaves by another link.</summary>
internal sealed unsafe class EchoSocket : IPolled, IDisposable
{
    private readonly FileHandle _socket;
    private readonly bool _v6;
    private readonly bool _raw;
    private readonly ushort _id;
    private readonly ulong _cookie;

    /// <summary>Opens a raw socket, or a ping socket where raw ones are not allowed.</summary>
    /// <exception cref="WanException">The kernel refused both, or the device, or the address.</exception>
    public EchoSocket(in ProbeOrigin origin, AddressFamily family, byte dscp, ushort id, ulong cookie)
    {
        Origin = origin;
        _v6 = family == AddressFamily.InterNetworkV6;
        (_id, _cookie) = (id, cookie);
        (_socket, _raw) = Open(_v6);
        try
        {
            LinkSocket.Bind(_socket, in origin, family, dscp, "an ICMP socket");
            // The kernel notes when an answer came: the time that this process takes to look at it is no part of the round trip.
            int on = 1;
            Libc.setsockopt(_socket, Libc.SOL_SOCKET, Libc.SO_TIMESTAMPNS, &on, sizeof(int));
            if (_raw)
            {
                PassEchoRepliesOnly();
            }
        }
        catch
        {
            _socket.Dispose();
            throw;
        }
    }

    public ProbeOrigin Origin { get; }

    public FileHandle Handle => _socket;

    public short Awaited => Libc.POLLIN;

    public bool IsReady { get; set; }

    /// <summary>Sends a request.</summary>
    /// <returns>0, or the errno.</returns>
    public int Send(IPAddress target, ushort sequence)
    {
        Span<byte> packet = stackalloc byte[EchoPacket.Length];
        Span<byte> address = stackalloc byte[SockAddr.MaxLength];
        EchoPacket.Write(packet, _v6, _id, sequence, _cookie);
        int addressLength = SockAddr.Write(target, Origin.InterfaceIndex, address);
        fixed (byte* data = packet, to = address)
        {
            return Libc.sendto(_socket, data, EchoPacket.Length, 0, to, (uint)addressLength) < 0 ? Marshal.GetLastPInvokeError() : 0;
        }
    }

    /// <summary>Takes the next answer that has come.</summary>
    /// <param name="from">Who answered.</param>
    /// <param name="sequence">Which request.</param>
    /// <param name="age">How long ago the answer came.</param>
    /// <returns>False when none is left.</returns>
    public bool TryReceive(out IPAddress from, out ushort sequence, out TimeSpan age)
    {
        byte* packet = stackalloc byte[256];
        byte* address = stackalloc byte[SockAddr.MaxLength];
        Libc.TimestampControl control = default;
        var buffer = new Libc.Buffer { Start = packet, Length = 256 };
        while (true)
        {
            var message = new Libc.Message
            {
                Name = address,
                NameLength = SockAddr.MaxLength,
                Buffers = &buffer,
                BufferCount = 1,
                Control = &control,
                ControlLength = (nuint)sizeof(Libc.TimestampControl),
            };
            nint length = Libc.recvmsg(_socket, &message, 0);
            if (length < 0)
            {
                if (Marshal.GetLastPInvokeError() == Libc.EINTR)
                {
                    continue;
                }

                // EAGAIN ends the queue. Others are asynchronous errors, such as "host unreachable"; the missing answer tells the same.
                (from, sequence, age) = (IPAddress.None, 0, TimeSpan.Zero);
                return false;
            }

            var received = new ReadOnlySpan<byte>(packet, (int)length);
            if (EchoPacket.TryRead(received, _v6, _raw && !_v6, _raw ? _id : null, _cookie, out sequence))
            {
                from = SockAddr.Read(new ReadOnlySpan<byte>(address, SockAddr.MaxLength));
                age = message.ControlLength > 0 && control.Type == Libc.SO_TIMESTAMPNS ? ArrivalStamp.AgeOf(in control.Time) : TimeSpan.Zero;
                return true;
            }
        }
    }

    public void Dispose() => _socket.Dispose();

    private static (FileHandle Socket, bool Raw) Open(bool v6)
    {
        int domain = v6 ? Libc.AF_INET6 : Libc.AF_INET;
        int protocol = v6 ? Libc.IPPROTO_ICMPV6 : Libc.IPPROTO_ICMP;
        try
        {
            return (FileHandle.Socket(domain, Libc.SOCK_RAW, protocol, "open a raw ICMP socket"), true);
        }
        catch (WanException refused) when (refused.ErrorNumber is Libc.EPERM or Libc.EACCES)
        {
            try
            {
                return (FileHandle.Socket(domain, Libc.SOCK_DGRAM, protocol, "open a ping socket"), false);
            }
            catch (WanException)
            {
                throw WanException.FromErrno(
                    refused.Operation, refused.ErrorNumber, "Give the process CAP_NET_RAW, or put its group into net.ipv4.ping_group_range.");
            }
        }
    }

    // A raw socket sees every ICMP message of the host; the kernel can drop all other types before they wake anyone. A set bit blocks.
    private void PassEchoRepliesOnly()
    {
        uint* blocked = stackalloc uint[8];
        for (int word = 0; word < 8; word++)
        {
            blocked[word] = uint.MaxValue;
        }

        (int level, int option, int type, uint length) = _v6
            ? (Libc.IPPROTO_ICMPV6, Libc.ICMPV6_FILTER, 129, 32u)
            : (Libc.SOL_RAW, Libc.ICMP_FILTER, 0, 4u);
        blocked[type / 32] &= ~(1u << (type % 32));
        Libc.setsockopt(_socket, level, option, blocked, length);
    }
}
