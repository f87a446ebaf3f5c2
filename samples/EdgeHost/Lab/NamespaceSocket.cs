using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Clovisor.EdgeHost.Lab;

/// <summary>Connections from within a network namespace, made by a process that is outside of it.</summary>
internal static partial class NamespaceSocket
{
    private const int NetworkNamespace = 0x40000000;

    /// <summary>Connects from the namespace.</summary>
    /// <exception cref="SocketException">Nobody listens there.</exception>
    public static async ValueTask<Stream> ConnectAsync(string space, IPEndPoint target, CancellationToken cancellationToken)
    {
        Socket socket = await CreateAsync(space, target.AddressFamily).ConfigureAwait(false);
        try
        {
            await socket.ConnectAsync(target, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>A socket belongs to the namespace of the thread that made it, for good; the thread is not used again.</summary>
    public static Task<Socket> CreateAsync(string space, AddressFamily family)
    {
        var made = new TaskCompletionSource<Socket>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                using SafeFileHandle file = File.OpenHandle($"/run/netns/{space}");
                if (Enter((int)file.DangerousGetHandle(), NetworkNamespace) != 0)
                {
                    throw new LabException($"cannot enter namespace {space}", Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError()));
                }

                made.SetResult(new Socket(family, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true });
            }
            catch (Exception e) when (e is LabException or IOException or UnauthorizedAccessException or SocketException)
            {
                made.SetException(e);
            }
        })
        {
            IsBackground = true,
            Name = space,
        };
        thread.Start();
        return made.Task;
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Enter(int descriptor, int type);
}
