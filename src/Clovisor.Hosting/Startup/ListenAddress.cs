using System.Net;
using System.Net.Sockets;

namespace Clovisor.Hosting.Startup;

/// <summary>Finds out whether the session API can listen before anything else of the host starts, so that a host that cannot leaves nothing half-made.</summary>
internal static class ListenAddress
{
    /// <summary>Makes sure that a unix socket can be bound at a path: makes its folder, and removes a socket that a dead process left.</summary>
    /// <exception cref="IOException">Somebody listens there, what lies there is not a socket, or the kernel refuses. Nothing but the folder was made.</exception>
    internal static void Require(string path)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            if (File.Exists(path))
            {
                RemoveDead(path);
            }

            using Socket probe = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            probe.Bind(new UnixDomainSocketEndPoint(path));
        }
        catch (Exception e) when (e is SocketException or UnauthorizedAccessException)
        {
            throw new IOException($"Listen on {path}: {e.Message}. Make its folder writable for this process, or choose another path.", e);
        }
    }

    /// <summary>Makes sure that a TCP port of 127.0.0.1 is free.</summary>
    /// <exception cref="IOException">It is not. Nothing was changed.</exception>
    internal static void Require(int port)
    {
        try
        {
            using Socket probe = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            probe.Bind(new IPEndPoint(IPAddress.Loopback, port));
        }
        catch (SocketException e)
        {
            throw new IOException($"Listen on 127.0.0.1:{port}: {e.Message}. Stop what listens there, or choose another port.", e);
        }
    }

    // A unix socket outlives the process that bound it; a dead one must be told from one in use.
    private static void RemoveDead(string path)
    {
        using Socket probe = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            if (new FileInfo(path) is { Length: > 0 })
            {
                throw new IOException($"Listen on {path}: a file that is not a socket lies there. Remove it, or choose another path.");
            }

            File.Delete(path);
            return;
        }

        throw new IOException($"Listen on {path}: another process listens there. Stop it, or choose another path.");
    }
}
