using System.Net;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Clovisor.Wan.Interop;

namespace Clovisor.Wan.Probes;

/// <summary>A DNS query from a port of its own.</summary>
internal sealed unsafe class DnsExchange : Exchange
{
    private readonly byte[] _query;

    /// <exception cref="WanException">The kernel refused.</exception>
    public DnsExchange(in ProbeOrigin origin, ProbeDefinition definition, IPAddress target, ushort sequence, TimeSpan sentAt)
        : base(origin.Device, definition, target, sequence, sentAt)
    {
        Span<byte> packet = stackalloc byte[DnsPacket.MaxLength];
        int length = DnsPacket.Write(packet, MemoryMarshal.Read<ushort>(RandomNumberGenerator.GetBytes(sizeof(ushort))), definition.Query);
        _query = packet[..length].ToArray();
        Handle = LinkSocket.Connect(in origin, definition, target, Libc.SOCK_DGRAM, "a UDP socket");
        int on = 1;
        Libc.setsockopt(Handle, Libc.SOL_SOCKET, Libc.SO_TIMESTAMPNS, &on, sizeof(int));
        fixed (byte* data = _query)
        {
            if (Libc.sendto(Handle, data, (nuint)length, 0, null, 0) < 0)
            {
                int error = Marshal.GetLastPInvokeError();
                Handle.Dispose();
                throw WanException.FromErrno($"send a query to {Peer}", error);
            }
        }
    }

    public override FileHandle Handle { get; }

    public override short Awaited => Libc.POLLIN;

    /// <summary>How long ago the answer came, by the kernel's stamp.</summary>
    public TimeSpan Age { get; private set; }

    public override ExchangeOutcome Advance()
    {
        byte* packet = stackalloc byte[DnsPacket.MaxLength];
        Libc.TimestampControl control = default;
        var buffer = new Libc.Buffer { Start = packet, Length = DnsPacket.MaxLength };
        while (true)
        {
            var message = new Libc.Message { Buffers = &buffer, BufferCount = 1, Control = &control, ControlLength = (nuint)sizeof(Libc.TimestampControl) };
            nint length = Libc.recvmsg(Handle, &message, 0);
            if (length < 0)
            {
                int error = Marshal.GetLastPInvokeError();
                return error is Libc.EAGAIN or Libc.EINTR ? ExchangeOutcome.Pending : ExchangeOutcome.Failed($"{Peer} refused the query: {Marshal.GetPInvokeErrorMessage(error)}");
            }

            if (DnsPacket.TryRead(new ReadOnlySpan<byte>(packet, (int)length), _query, out string? failure))
            {
                Age = message.ControlLength > 0 && control.Type == Libc.SO_TIMESTAMPNS ? ArrivalStamp.AgeOf(in control.Time) : TimeSpan.Zero;
                return failure is null ? ExchangeOutcome.Answered() : ExchangeOutcome.Failed($"{Peer} {failure}");
            }
        }
    }
}
