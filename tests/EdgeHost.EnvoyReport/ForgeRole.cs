using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Clovisor.EdgeHost.CommandLine;
using Clovisor.EdgeHost.Lab;
using Clovisor.EdgeHost.Transport;

namespace Clovisor.EdgeHost.EnvoyReport;

/// <summary>A process of the node that is not the proxy and carries a class's tags: DSCP of one, source ports of another.</summary>
internal static class ForgeRole
{
    private const int ProtocolIp = 0;
    private const int LocalPortRange = 51;

    public static IReadOnlyList<Option> Options { get; } = [new("--connections", "N", "connections with each kind of tag", "20")];

    public static async Task<int> RunAsync(Arguments arguments, CancellationToken cancellationToken)
    {
        ParentGuard.Watch();
        for (int i = 0; i < 2 * arguments.Count("--connections"); i++)
        {
            using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            if (i % 2 == 0)
            {
                // af11, minion's.
                socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.TypeOfService, 10 << 2);
            }
            else
            {
                byte[] clerks = new byte[4];
                BinaryPrimitives.WriteUInt32LittleEndian(clerks, (43_999u << 16) | 42_000u);
                socket.SetRawSocketOption(ProtocolIp, LocalPortRange, clerks);
            }

            await socket.ConnectAsync(new IPEndPoint(IPAddress.Parse(LabAddresses.ServiceV4), LabAddresses.ServicePort), cancellationToken).ConfigureAwait(false);
            await socket.SendAsync(Encoding.ASCII.GetBytes($"GET /bytes/10 HTTP/1.1\r\nHost: {LabAddresses.Authority}\r\nuser: forger\r\nConnection: close\r\n\r\n"), cancellationToken).ConfigureAwait(false);
            byte[] answer = new byte[4096];
            while (await socket.ReceiveAsync(answer, cancellationToken).ConfigureAwait(false) > 0)
            {
            }
        }

        return 0;
    }
}
