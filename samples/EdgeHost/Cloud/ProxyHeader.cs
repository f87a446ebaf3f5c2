using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Connections;

namespace Clovisor.EdgeHost.Cloud;

/// <summary>The first line of a connection that a gateway passes on by the PROXY protocol, version 1: between whom the connection was before.</summary>
internal static class ProxyHeader
{
    // The longest that the protocol allows, line end included.
    private const int Longest = 107;

    /// <summary>Takes the line off the beginning, and goes on as if the connection came from where it says. A connection without is closed.</summary>
    public static ConnectionDelegate Before(ConnectionDelegate next) => async connection =>
    {
        if (await ReadAsync(connection.Transport.Input, connection.ConnectionClosed).ConfigureAwait(false) is not { } ends)
        {
            connection.Abort();
            return;
        }

        (connection.RemoteEndPoint, connection.LocalEndPoint) = ends;
        await next(connection).ConfigureAwait(false);
    };

    /// <summary>Reads the line; null when there is none.</summary>
    internal static async Task<(IPEndPoint Source, IPEndPoint Destination)?> ReadAsync(PipeReader input, CancellationToken cancellationToken)
    {
        while (true)
        {
            ReadResult read = await input.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (read.Buffer.PositionOf((byte)'\n') is { } end)
            {
                string line = Encoding.ASCII.GetString(read.Buffer.Slice(0, end));
                input.AdvanceTo(read.Buffer.GetPosition(1, end));
                return line.Length < Longest ? Parse(line.TrimEnd('\r')) : null;
            }

            if (read.IsCompleted || read.Buffer.Length >= Longest)
            {
                input.AdvanceTo(read.Buffer.Start);
                return null;
            }

            input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static (IPEndPoint Source, IPEndPoint Destination)? Parse(string line) =>
        line.Split(' ') is ["PROXY", "TCP4" or "TCP6", { } from, { } to, { } fromPort, { } toPort]
        && IPAddress.TryParse(from, out IPAddress? source) && IPAddress.TryParse(to, out IPAddress? destination)
        && ushort.TryParse(fromPort, NumberStyles.None, CultureInfo.InvariantCulture, out ushort sourcePort)
        && ushort.TryParse(toPort, NumberStyles.None, CultureInfo.InvariantCulture, out ushort destinationPort)
            ? (new IPEndPoint(source, sourcePort), new IPEndPoint(destination, destinationPort))
            : null;
}
