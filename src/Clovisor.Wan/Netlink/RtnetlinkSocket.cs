using System.Runtime.InteropServices;
using Clovisor.Wan.Interop;
using static Clovisor.Wan.Netlink.Rtnetlink;

namespace Clovisor.Wan.Netlink;

/// <summary>Follows the devices, addresses, routes and neighbours of the network namespace that it was opened in. For one thread.</summary>
internal sealed unsafe class RtnetlinkSocket : IDisposable
{
    private readonly FileHandle _events;
    private readonly FileHandle _requests;
    private readonly byte[] _buffer = new byte[64 << 10];
    private uint _sequence;

    /// <summary>Opens the sockets and subscribes. Nothing that happens from here on is missed.</summary>
    /// <param name="receiveBuffer">The bytes that the kernel may queue before it drops events and a new dump is needed.</param>
    /// <exception cref="WanException">The kernel refused.</exception>
    public RtnetlinkSocket(int receiveBuffer = 4 << 20)
    {
        _events = Open(Groups);
        try
        {
            if (Libc.setsockopt(_events, Libc.SOL_SOCKET, Libc.SO_RCVBUFFORCE, &receiveBuffer, sizeof(int)) != 0)
            {
                // Without CAP_NET_ADMIN the system's limit holds; an overrun then only costs a new dump.
                Libc.setsockopt(_events, Libc.SOL_SOCKET, Libc.SO_RCVBUF, &receiveBuffer, sizeof(int));
            }

            _requests = Open(0);
        }
        catch
        {
            _events.Dispose();
            throw;
        }
    }

    /// <summary>Becomes readable when something happened.</summary>
    public FileHandle Events => _events;

    /// <summary>How often the kernel's queue was overrun.</summary>
    public int Overruns { get; private set; }

    /// <summary>Fills a table with what there is now.</summary>
    public void Dump(NetworkTable table)
    {
        table.Clear();
        Dump(RTM_GETLINK, 16, table);
        Dump(RTM_GETADDR, 8, table);
        Dump(RTM_GETROUTE, 12, table);
        Dump(RTM_GETNEIGH, 12, table);
    }

    /// <summary>Takes in what happened since. After an overrun of the kernel's queue everything is dumped anew.</summary>
    /// <returns>Whether the table changed.</returns>
    public bool Drain(NetworkTable table)
    {
        bool changed = false;
        while (true)
        {
            ReadOnlySpan<byte> rest = Receive(_events, out int error);
            if (error == Libc.ENOBUFS)
            {
                Overruns++;
                Dump(table);
                changed = true;
                continue;
            }

            if (rest.IsEmpty)
            {
                break;
            }

            while (NetlinkMessage.TryCut(ref rest, out NetlinkMessage message))
            {
                changed |= table.Take(message);
            }
        }

        if (table.RoutesAreStale)
        {
            table.ClearRoutes();
            Dump(RTM_GETROUTE, 12, table);
        }

        return changed;
    }

    public void Dispose()
    {
        _events.Dispose();
        _requests.Dispose();
    }

    private static FileHandle Open(uint groups)
    {
        FileHandle socket = FileHandle.Socket(Libc.AF_NETLINK, Libc.SOCK_RAW, Libc.NETLINK_ROUTE, "open an rtnetlink socket");

        // struct sockaddr_nl: family, padding, port id (chosen by the kernel), groups.
        uint* address = stackalloc uint[3] { Libc.AF_NETLINK, 0, groups };
        if (Libc.bind(socket, address, 12) != 0)
        {
            int error = Marshal.GetLastPInvokeError();
            socket.Dispose();
            throw WanException.FromErrno("subscribe to rtnetlink events", error);
        }

        return socket;
    }

    private void Dump(ushort type, int fixedLength, NetworkTable table)
    {
        // struct nlmsghdr (length, type, flags, sequence, port id), then the kind's own header, zeros for "all".
        Span<byte> request = stackalloc byte[NetlinkMessage.HeaderLength + fixedLength];
        request.Clear();
        MemoryMarshal.Write(request, request.Length);
        MemoryMarshal.Write(request[4..], type);
        MemoryMarshal.Write(request[6..], (ushort)(NLM_F_REQUEST | NLM_F_DUMP));
        MemoryMarshal.Write(request[8..], ++_sequence);
        Send(request);
        bool done = false;
        while (!done)
        {
            ReadOnlySpan<byte> rest = Await();
            while (!done && NetlinkMessage.TryCut(ref rest, out NetlinkMessage message))
            {
                if (message.Sequence != _sequence)
                {
                    continue;
                }

                done = message.Type is NLMSG_DONE or NLMSG_ERROR;
                table.Take(message);
            }
        }
    }

    private void Send(ReadOnlySpan<byte> message)
    {
        fixed (byte* data = message)
        {
            if (Libc.sendto(_requests, data, (nuint)message.Length, 0, null, 0) < 0)
            {
                throw WanException.FromErrno("send an rtnetlink request", Marshal.GetLastPInvokeError());
            }
        }
    }

    private ReadOnlySpan<byte> Await()
    {
        while (true)
        {
            ReadOnlySpan<byte> datagram = Receive(_requests, out int error);
            if (datagram.Length > 0)
            {
                return datagram;
            }

            if (error != Libc.EAGAIN)
            {
                throw WanException.FromErrno("read an rtnetlink answer", error);
            }

            var entry = new Libc.PollEntry { File = _requests.Number, Events = Libc.POLLIN };
            var timeout = new Libc.TimeSpec { Seconds = 5 };
            if (Libc.ppoll(&entry, 1, &timeout, null) == 0)
            {
                throw new WanException("Cannot read an rtnetlink answer: the kernel did not answer within 5 seconds.", "read an rtnetlink answer", 0);
            }
        }
    }

    private ReadOnlySpan<byte> Receive(FileHandle socket, out int error)
    {
        fixed (byte* data = _buffer)
        {
            nint length = Libc.recvfrom(socket, data, (nuint)_buffer.Length, 0, null, null);
            error = length < 0 ? Marshal.GetLastPInvokeError() : 0;
            if (error == Libc.EINTR)
            {
                return Receive(socket, out error);
            }

            return length > 0 ? _buffer.AsSpan(0, (int)length) : default;
        }
    }
}
