using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Clovisor.Wan.Probes;

/// <summary>Owns the ICMP sockets: one for each device, family and code point, opened when first needed and anew when the address changes. For one thread.</summary>
internal sealed class IcmpSender(Func<TimeSpan> clock) : IDisposable
{
    private readonly Dictionary<(string Device, AddressFamily Family, byte Dscp), EchoSocket> _sockets = [];
    private readonly ulong _cookie = MemoryMarshal.Read<ulong>(RandomNumberGenerator.GetBytes(sizeof(ulong)));
    private ushort _nextId = MemoryMarshal.Read<ushort>(RandomNumberGenerator.GetBytes(sizeof(ushort)));

    public IEnumerable<EchoSocket> Sockets => _sockets.Values;

    /// <summary>Sends a request. As <see cref="IProbeSender.Send"/>.</summary>
    public string? Send(in ProbeOrigin origin, byte dscp, IPAddress target, ushort sequence, out TimeSpan sentAt)
    {
        sentAt = clock();
        (string, AddressFamily, byte) key = (origin.Device, target.AddressFamily, dscp);
        if (_sockets.TryGetValue(key, out EchoSocket? socket) && socket.Origin != origin)
        {
            socket.Dispose();
            _sockets.Remove(key);
            socket = null;
        }

        try
        {
            _sockets[key] = socket ??= new EchoSocket(origin, target.AddressFamily, dscp, _nextId++, _cookie);
        }
        catch (WanException refused)
        {
            return refused.Message;
        }

        sentAt = clock();
        int error = socket.Send(target, sequence);
        return error == 0 ? null : $"{Marshal.GetPInvokeErrorMessage(error)} (errno {error})";
    }

    /// <summary>Closes the sockets of devices that no link has any more.</summary>
    public void Keep(IReadOnlySet<string> devices)
    {
        foreach ((string Device, AddressFamily Family, byte Dscp) key in _sockets.Keys.Where(key => !devices.Contains(key.Device)).ToArray())
        {
            _sockets.Remove(key, out EchoSocket? socket);
            socket!.Dispose();
        }
    }

    public void Dispose() => Keep(new HashSet<string>());
}
