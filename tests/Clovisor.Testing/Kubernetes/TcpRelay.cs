using System.Net;
using System.Net.Sockets;

namespace Clovisor.Testing.Kubernetes;

/// <summary>Stands between a client and a server, so that a test can cut the way between them and mend it.</summary>
public sealed class TcpRelay : IDisposable
{
    private readonly TcpListener _listener;
    private readonly int _target;
    private readonly Lock _lock = new();
    private readonly HashSet<TcpClient> _open = [];
    private bool _cut;

    /// <summary>Starts to relay to a port of the loopback address.</summary>
    public TcpRelay(int target)
    {
        _target = target;
        _listener = new TcpListener(IPAddress.Loopback, 0);
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _ = AcceptAsync();
    }

    /// <summary>The port that clients connect to.</summary>
    public int Port { get; }

    /// <summary>How many connections were accepted so far.</summary>
    public int Accepted { get; private set; }

    /// <summary>Resets every connection, and every new one at once.</summary>
    public void Cut()
    {
        lock (_lock)
        {
            _cut = true;
            foreach (TcpClient client in _open)
            {
                Reset(client);
            }

            _open.Clear();
        }
    }

    /// <summary>Lets new connections pass again.</summary>
    public void Mend()
    {
        lock (_lock)
        {
            _cut = false;
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        Cut();
    }

    private static void Reset(TcpClient client)
    {
        try
        {
            client.LingerState = new LingerOption(true, 0);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Closed by its peer meanwhile.
        }

        client.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            TcpClient near;
            try
            {
                near = await _listener.AcceptTcpClientAsync();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }

            _ = RelayAsync(near);
        }
    }

    private async Task RelayAsync(TcpClient near)
    {
        TcpClient far = new();
        try
        {
            lock (_lock)
            {
                Accepted++;
                if (_cut)
                {
                    Reset(near);
                    return;
                }

                _open.Add(near);
                _open.Add(far);
            }

            await far.ConnectAsync(IPAddress.Loopback, _target);
            near.NoDelay = far.NoDelay = true;
            await Task.WhenAny(near.GetStream().CopyToAsync(far.GetStream()), far.GetStream().CopyToAsync(near.GetStream()));
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The way is cut, or one of the ends is gone: so is the connection.
        }
        finally
        {
            lock (_lock)
            {
                _open.Remove(near);
                _open.Remove(far);
            }

            Reset(near);
            Reset(far);
        }
    }
}
