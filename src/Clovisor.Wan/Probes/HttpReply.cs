using System.Buffers;
using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Clovisor.Wan.Probes;

/// <summary>Writes the request of an HTTP probe and judges what comes back. Keeps no more of it than is asked for. Pure.</summary>
internal sealed class HttpReply(ProbeDefinition definition)
{
    private const int Most = 64 * 1024;
    private const int StatusLine = 12;

    private readonly byte[]? _wanted = definition.Body is { Length: > 0 } body ? Encoding.UTF8.GetBytes(body) : null;
    private readonly ArrayBufferWriter<byte> _read = new();
    private int _bodyAt = -1;

    /// <summary>Why it is no answer; null while it is none yet, and when it is one.</summary>
    public string? Failure { get; private set; }

    public static byte[] Request(ProbeDefinition definition, IPAddress target)
    {
        string host = definition.Host ?? (target.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{target}]" : target.ToString());
        return Encoding.ASCII.GetBytes($"GET {definition.Path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: clovisor-probe\r\nAccept: */*\r\nConnection: close\r\n\r\n");
    }

    /// <summary>Takes the next bytes; none for the end.</summary>
    /// <returns>Whether the verdict is there.</returns>
    public bool Take(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            Failure = _read.WrittenCount < StatusLine ? "closed the connection without a response"
                : _wanted is null ? "closed the connection in the middle of its header" : $"did not send '{definition.Body}'";
            return true;
        }

        _read.Write(bytes);
        ReadOnlySpan<byte> all = _read.WrittenSpan;
        if (all.Length < StatusLine)
        {
            return false;
        }

        if (!all.StartsWith("HTTP/1."u8) || all[8] != ' ' || !Utf8Parser.TryParse(all[9..StatusLine], out int status, out int digits) || digits != 3)
        {
            Failure = "answered, and not by HTTP/1";
            return true;
        }

        bool good = definition.Status is { } one ? status == one : status is >= 200 and <= 399;
        if (!good)
        {
            Failure = $"answered with status {status}, not {(definition.Status is { } asked ? $"{asked}" : "one from 200 to 399")}";
            return true;
        }

        if (_wanted is null)
        {
            return true;
        }

        if (_bodyAt < 0)
        {
            int end = all.IndexOf("\r\n\r\n"u8);
            _bodyAt = end < 0 ? -1 : end + 4;
        }

        if (_bodyAt >= 0 && all[_bodyAt..].IndexOf(_wanted) >= 0)
        {
            return true;
        }

        Failure = all.Length > Most ? $"did not send '{definition.Body}' in its first {Most} bytes" : null;
        return Failure is not null;
    }
}
