using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Clovisor.Hosting.Interop;
using Microsoft.Win32.SafeHandles;

namespace Clovisor.Hosting.SessionApi;

/// <summary>
/// Waits for connections that are being opened. The kernel is asked once a millisecond for all who wait in a network namespace, since each answer costs it a walk over its table of connections, and not at all while nobody
/// waits. Thread-safe.
/// </summary>
internal sealed class OpeningWatch(TimeProvider time)
{
    // A round trip may take longer; the caller's own limit is shorter.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(1);

    private readonly Dictionary<ulong, List<Waiter>> _namespaces = [];
    private long _looks;

    /// <summary>How often the kernel was asked.</summary>
    internal long Looks => Interlocked.Read(ref _looks);

    /// <summary>Waits until the connections to a server that are being opened now are open, or have failed. Where the kernel does not let us look, it does not wait.</summary>
    /// <param name="socket">A socket of the network namespace.</param>
    /// <param name="server">The server.</param>
    /// <param name="cancellationToken">Ends it.</param>
    internal async Task WaitAsync(SafeHandle socket, IPEndPoint server, CancellationToken cancellationToken)
    {
        if (Libc.NetworkNamespaceOf(socket, out _) is not { } inode)
        {
            return;
        }

        Waiter waiter = new(server);
        if (Join(inode, waiter))
        {
            Begin(inode, socket);
        }

        try
        {
            await waiter.Done.Task.WaitAsync(Limit, time, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            waiter.Done.TrySetResult();
        }
    }

    // True: nobody looks yet.
    private bool Join(ulong inode, Waiter waiter)
    {
        lock (_namespaces)
        {
            if (_namespaces.TryGetValue(inode, out List<Waiter>? others))
            {
                others.Add(waiter);
                return false;
            }

            _namespaces.Add(inode, [waiter]);
            return true;
        }
    }

    // Off this thread: the look lasts as long as anybody waits, and so does its hold on the namespace.
    private void Begin(ulong inode, SafeHandle socket)
    {
        SafeFileHandle? space = Libc.OpenNamespaceOf(socket);
        ThreadPool.UnsafeQueueUserWorkItem(_ => _ = LookAsync(inode, space), null);
    }

    private async Task LookAsync(ulong inode, SafeFileHandle? space)
    {
        bool ended = false;
        try
        {
            using SocketDiagnostics? diagnostics = space is null ? null : SocketDiagnostics.Open(space, out _);
            HashSet<OpeningConnection> opening = [];
            while (Waiting(inode) is { Length: > 0 } waiters)
            {
                LookOnce(diagnostics, waiters, opening);
                await Task.Delay(Step, time).ConfigureAwait(false);
            }

            ended = true;
        }
        finally
        {
            space?.Dispose();
            if (!ended)
            {
                // Else nobody would look for those who come later.
                lock (_namespaces)
                {
                    _namespaces.Remove(inode);
                }
            }
        }
    }

    private void LookOnce(SocketDiagnostics? diagnostics, Waiter[] waiters, HashSet<OpeningConnection> opening)
    {
        opening.Clear();
        bool known = diagnostics is not null;
        foreach (AddressFamily family in waiters.Select(waiter => waiter.Server.AddressFamily).Distinct())
        {
            Interlocked.Increment(ref _looks);
            known = known && diagnostics!.TryFindOpening(family, opening);
        }

        foreach (Waiter waiter in waiters)
        {
            if (!known || !waiter.StillWaits(opening))
            {
                waiter.Done.TrySetResult();
            }
        }
    }

    // With nobody left the look ends, and whoever comes next begins one: both under the lock.
    private Waiter[] Waiting(ulong inode)
    {
        lock (_namespaces)
        {
            List<Waiter> waiters = _namespaces[inode];
            waiters.RemoveAll(waiter => waiter.Done.Task.IsCompleted);
            if (waiters.Count == 0)
            {
                _namespaces.Remove(inode);
            }

            return [.. waiters];
        }
    }

    private sealed class Waiter(IPEndPoint server)
    {
        private HashSet<OpeningConnection>? _waitedFor;

        internal IPEndPoint Server => server;

        internal TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal bool StillWaits(HashSet<OpeningConnection> opening)
        {
            if (_waitedFor is null)
            {
                _waitedFor = [.. opening.Where(connection => connection.IsTo(server))];
            }
            else
            {
                // Those that began later are not this caller's.
                _waitedFor.IntersectWith(opening);
            }

            return _waitedFor.Count > 0;
        }
    }
}
