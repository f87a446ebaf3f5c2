using System.Security.Cryptography;
using System.Text;

namespace Clovisor.Hosting.Callers;

/// <summary>The secret that callers over TCP show. Read again when the file changes. Thread-safe.</summary>
internal sealed class TokenFile(string path)
{
    private const int Shortest = 32;
    private const int Longest = 1024;
    private const string Scheme = "Bearer ";
    private const UnixFileMode Others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.GroupWrite;

    private volatile Known? _known;

    /// <exception cref="IOException">There is no such file, others can read it, or what it holds is no token.</exception>
    internal void Read() => _known = Load();

    internal bool Accepts(string? authorization)
    {
        if (authorization is null || !authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) || authorization.Length > Longest + Scheme.Length)
        {
            return false;
        }

        try
        {
            if (_known is not { } known || File.GetLastWriteTimeUtc(path) != known.Written)
            {
                _known = known = Load();
            }

            return CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(authorization[Scheme.Length..].Trim())), known.Hash);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A token that cannot be read any more lets nobody in.
            return false;
        }
    }

    private Known Load()
    {
        try
        {
            DateTime written = File.GetLastWriteTimeUtc(path);
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != 0)
            {
                throw Bad("others can read or change it. Set its mode to 0600 or 0640");
            }

            if (new FileInfo(path).Length > Longest + 2)
            {
                throw Bad($"it is longer than {Longest} characters");
            }

            string token = File.ReadAllText(path).Trim();
            if (token.Length is < Shortest or > Longest || token.Any(letter => letter is <= ' ' or > '~'))
            {
                throw Bad($"it does not hold {Shortest} to {Longest} visible ASCII characters, for example those of: head -c 32 /dev/urandom | base64");
            }

            return new Known(written, SHA256.HashData(Encoding.UTF8.GetBytes(token)));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            throw new IOException($"Read the token file {path}: {e.Message} Make it, or do not listen on a loopback port.", e);
        }
    }

    private IOException Bad(string why) => new($"Read the token file {path}: {why}.");

    private sealed record Known(DateTime Written, byte[] Hash);
}
