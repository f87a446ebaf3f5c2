using System.Net.Sockets;

namespace Clovisor.Hosting.Startup;

/// <summary>A unix socket outlives the process that bound it; the next one must tell a dead one from one in use.</summary>
internal static class LeftoverSocket
{
    /// <summary>Removes the socket at a path when nobody listens on it, and makes its folder.</summary>
    /// <exception cref="IOException">Somebody listens there, or what lies there is not a socket. Nothing was changed.</exception>
    internal static void Clear(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (!File.Exists(path))
        {
            return;
        }

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
