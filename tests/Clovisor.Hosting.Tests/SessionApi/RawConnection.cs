using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Clovisor.Hosting.Tests.SessionApi;

/// <summary>A connection to the session API that says exactly what the test says, right or wrong.</summary>
internal sealed class RawConnection : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly byte[] _buffer = new byte[65_536];
    private readonly StringBuilder _read = new();

    internal RawConnection(string path)
    {
        _socket.Connect(new UnixDomainSocketEndPoint(path));
        _socket.ReceiveTimeout = (int)Limit.TotalMilliseconds;
        _socket.SendTimeout = (int)Limit.TotalMilliseconds;
    }

    /// <summary>Sends as much as the other end takes: one that refuses need not read the rest.</summary>
    internal void Send(ReadOnlySpan<byte> bytes)
    {
        try
        {
            while (!bytes.IsEmpty)
            {
                bytes = bytes[_socket.Send(bytes)..];
            }
        }
        catch (SocketException)
        {
            // It has closed, which the runtime has several names for; what it said is still to be read, and says more.
        }
    }

    internal void Send(string text) => Send(Encoding.Latin1.GetBytes(text));

    internal void SendChunk(string text) => Send($"{Encoding.UTF8.GetByteCount(text):x}\r\n{text}\r\n");

    /// <summary>Says that nothing more will come.</summary>
    internal void EndSending()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // It has closed.
        }
    }

    /// <summary>Reads until what was read so far holds a text, or the other end closes.</summary>
    /// <returns>All that was read since the start, one character a byte.</returns>
    internal string ReadUntil(string text)
    {
        while (!_read.ToString().Contains(text, StringComparison.Ordinal) && ReadMore())
        {
        }

        return _read.ToString();
    }

    /// <summary>Reads one answer with a length; what comes behind it may have been read too. Nothing where the other end closed without one.</summary>
    internal string ReadAnswer()
    {
        string read = ReadUntil("\r\n\r\n");
        Match length = Regex.Match(read, @"^content-length: (\d+)", RegexOptions.IgnoreCase | RegexOptions.Multiline);
        int whole = read.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4 + (length.Success ? int.Parse(length.Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture) : 0);
        while (_read.Length < whole && ReadMore())
        {
        }

        return _read.ToString();
    }

    internal string ReadToEnd() => ReadUntil("\0 not sent by anybody");

    /// <summary>The status of the first answer; null when there was none.</summary>
    internal int? ReadStatus() => ReadUntil("\r\n\r\n") is { Length: > 12 } head ? int.Parse(head.AsSpan(9, 3), System.Globalization.CultureInfo.InvariantCulture) : null;

    private bool ReadMore()
    {
        try
        {
            int count = _socket.Receive(_buffer);
            _read.Append(Encoding.Latin1.GetString(_buffer, 0, count));
            return count > 0;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset)
        {
            return false;
        }
    }

    public void Dispose() => _socket.Dispose();
}
