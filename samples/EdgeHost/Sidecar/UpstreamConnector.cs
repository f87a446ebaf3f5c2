using System.Net;
using System.Net.Sockets;

namespace Clovisor.EdgeHost.Sidecar;

/// <summary>Makes connections whose class is known before their first packet.</summary>
/// <param name="attemptLimit">
/// How long one attempt may take. A link that went silent swallows the first packet; the next attempt has another port, so it is a
/// session of its own and takes the link that is right by then.
/// </param>
internal sealed class UpstreamConnector(IConnectionClassifier classifier, TimeSpan attemptLimit, int attempts, TimeProvider time, ILogger log)
{
    public async ValueTask<Stream> ConnectAsync(IPEndPoint destination, RequestHead head, RuleGeneration generation, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            using var limit = new CancellationTokenSource(attemptLimit, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            try
            {
                return await AttemptAsync(destination, head, generation, either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                if (attempt == attempts)
                {
                    throw new HttpRequestException($"no connection to {destination} within {attempts} attempts of {attemptLimit.TotalMilliseconds:0} ms");
                }

                SidecarLog.AttemptTimedOut(log, destination.ToString(), attemptLimit);
            }
            catch (SocketException e) when (attempt < attempts && e.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionRefused)
            {
                // A link that has just been given up turns what was sent into it round as a reset.
                SidecarLog.AttemptTimedOut(log, destination.ToString(), attemptLimit);
                await Task.Delay(TimeSpan.FromMilliseconds(10), time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask<Stream> AttemptAsync(IPEndPoint destination, RequestHead head, RuleGeneration generation, CancellationToken cancellationToken)
    {
        Socket socket = Bind(destination);
        try
        {
            if (!await classifier.ClassifyAsync(socket, destination, head, generation, cancellationToken).ConfigureAwait(false))
            {
                Abandon(socket, destination);
                socket = Bind(destination);
            }

            await socket.ConnectAsync(destination, cancellationToken).ConfigureAwait(false);
            var source = (IPEndPoint)socket.LocalEndPoint!;
            return new ClassifiedStream(socket, () => classifier.Closed(source, destination));
        }
        catch
        {
            Abandon(socket, destination);
            throw;
        }
    }

    private static Socket Bind(IPEndPoint destination)
    {
        var socket = new Socket(destination.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.Bind(new IPEndPoint(SourceAddress.For(destination), 0));
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private void Abandon(Socket socket, IPEndPoint destination)
    {
        var source = (IPEndPoint)socket.LocalEndPoint!;
        socket.Dispose();
        classifier.Closed(source, destination);
    }
}
