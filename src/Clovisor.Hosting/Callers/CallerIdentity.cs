using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Clovisor.Hosting.Interop;

namespace Clovisor.Hosting.Callers;

/// <summary>Who is at the other end of a connection, as the kernel says; nothing of it comes from the caller.</summary>
/// <param name="User">The user id, or null of a caller that showed a token over TCP.</param>
/// <param name="Groups">The group id and the supplementary ones.</param>
/// <param name="NetworkNamespace">The inode of the network namespace that the caller's socket was made in; null where it could not be asked.</param>
internal sealed record CallerIdentity(uint? User, IReadOnlyList<uint> Groups, ulong? NetworkNamespace)
{
    // asm-generic/socket.h.
    private const int SolSocket = 1;
    private const int SoPeerCredentials = 17;
    private const int SoPeerGroups = 59;
    private const int MostGroups = 65_536;
    private const int ErrorRange = 34;

    /// <summary>A caller over TCP.</summary>
    internal static CallerIdentity OfToken { get; } = new(null, [], null);

    /// <summary>Reads who connected a unix socket. The kernel noted it at connect, so it cannot change or be reused.</summary>
    internal static CallerIdentity Of(Socket socket)
    {
        Span<byte> credentials = stackalloc byte[12];
        socket.GetRawSocketOption(SolSocket, SoPeerCredentials, credentials);
        uint user = MemoryMarshal.Read<uint>(credentials[4..]);
        uint group = MemoryMarshal.Read<uint>(credentials[8..]);

        // The accepted end of a unix socket belongs to the namespace of the end that connected.
        return new CallerIdentity(user, [group, .. SupplementaryGroups(socket)], Libc.NetworkNamespaceOf(socket.SafeHandle, out _));
    }

    public override string ToString() =>
        User is { } user ? string.Create(CultureInfo.InvariantCulture, $"uid {user}, netns {NetworkNamespace?.ToString(CultureInfo.InvariantCulture) ?? "unknown"}") : "token";

    private static uint[] SupplementaryGroups(Socket socket)
    {
        for (int count = 64; count <= MostGroups; count *= 4)
        {
            byte[] buffer = new byte[count * sizeof(uint)];
            try
            {
                int length = socket.GetRawSocketOption(SolSocket, SoPeerGroups, buffer);
                return MemoryMarshal.Cast<byte, uint>(buffer.AsSpan(0, length)).ToArray();
            }
            catch (SocketException e) when (e.NativeErrorCode == ErrorRange)
            {
                // More groups than fit: the kernel wants a larger buffer.
            }
        }

        return [];
    }
}
