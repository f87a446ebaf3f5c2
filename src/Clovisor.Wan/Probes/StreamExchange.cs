using System.Net;
using System.Runtime.InteropServices;
using Clovisor.Wan.Interop;

namespace Clovisor.Wan.Probes;

/// <summary>A TCP connection, and an HTTP request over it where that is asked for.</summary>
internal sealed unsafe class StreamExchange : Exchange
{
    // Of struct tcp_info, which only grows at its end.
    private const int InfoLength = 104;
    private const int RoundTripAt = 68;
    private const int RetransmissionsAt = 100;

    private readonly HttpReply? _reply;
    private bool _connected;

    /// <exception cref="WanException">The kernel refused.</exception>
    public StreamExchange(in ProbeOrigin origin, ProbeDefinition definition, IPAddress target, ushort sequence, TimeSpan sentAt)
        : base(origin.Device, definition, target, sequence, sentAt)
    {
        Handle = LinkSocket.Connect(in origin, definition, target, Libc.SOCK_STREAM, "a TCP socket");
        _reply = definition.Kind == ProbeKind.Http ? new HttpReply(definition) : null;

        // Closed by a reset: thousands of connections a day would otherwise wait for their ends.
        int* linger = stackalloc int[] { 1, 0 };
        Libc.setsockopt(Handle, Libc.SOL_SOCKET, Libc.SO_LINGER, linger, 2 * sizeof(int));
    }

    public override FileHandle Handle { get; }

    public override short Awaited => _connected ? Libc.POLLIN : Libc.POLLOUT;

    public override ExchangeOutcome Advance()
    {
        if (_connected)
        {
            return Read();
        }

        int* error = stackalloc int[1];
        uint length = sizeof(int);
        if (Libc.getsockopt(Handle, Libc.SOL_SOCKET, Libc.SO_ERROR, error, &length) != 0 || *error != 0)
        {
            return Failed($"{Peer} refused the connection: {Marshal.GetPInvokeErrorMessage(*error)}");
        }

        _connected = true;
        return _reply is null ? ExchangeOutcome.Answered(RoundTrip()) : Ask();
    }

    private static ExchangeOutcome Failed(string reason) => ExchangeOutcome.Failed(reason);

    /// <summary>The kernel's own measurement; null when the first packet was lost, since the time then counts from that one on.</summary>
    private TimeSpan? RoundTrip()
    {
        byte* info = stackalloc byte[InfoLength];
        uint length = InfoLength;
        return Libc.getsockopt(Handle, Libc.IPPROTO_TCP, Libc.TCP_INFO, info, &length) == 0 && *(uint*)(info + RetransmissionsAt) == 0
            ? TimeSpan.FromMicroseconds(*(uint*)(info + RoundTripAt))
            : null;
    }

    private ExchangeOutcome Ask()
    {
        byte[] request = HttpReply.Request(Definition, Target);
        fixed (byte* data = request)
        {
            // A new connection takes a request of this size whole.
            return Libc.sendto(Handle, data, (nuint)request.Length, Libc.MSG_NOSIGNAL, null, 0) == request.Length
                ? ExchangeOutcome.Pending
                : Failed($"{Peer} took no request: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
        }
    }

    private ExchangeOutcome Read()
    {
        byte* buffer = stackalloc byte[4096];
        while (true)
        {
            nint length = Libc.recvfrom(Handle, buffer, 4096, 0, null, null);
            if (length < 0)
            {
                int error = Marshal.GetLastPInvokeError();
                return error is Libc.EAGAIN or Libc.EINTR ? ExchangeOutcome.Pending : Failed($"{Peer} broke off: {Marshal.GetPInvokeErrorMessage(error)}");
            }

            if (_reply!.Take(new ReadOnlySpan<byte>(buffer, (int)length)))
            {
                return _reply.Failure is { } failure ? Failed($"{Peer} {failure}") : ExchangeOutcome.Answered();
            }
        }
    }
}
