using System.Net;
using System.Net.Sockets;
using Clovisor.EdgeHost.Lab;
using Clovisor.Wan.Datapath;

namespace Clovisor.Wan.Failover.Measuring;

/// <summary>TCP transfers from the edge to the cloud and back, IPv4 and IPv6 in turn, which go on until they are stopped; every byte that comes back is compared.</summary>
internal sealed class Transfers : IDisposable
{
    public const int Port = 9002;
    private const int Period = 1 << 16;

    private readonly byte[] _content = new byte[2 * Period];
    private readonly Socket[] _sockets;
    private readonly long[] _sent;
    private readonly long[] _verified;
    private readonly Task[] _tasks;
    private readonly CancellationTokenSource _stop = new();

    public Transfers(LabNames names, PairedSites sites, int count, Random random)
    {
        random.NextBytes(_content.AsSpan(0, Period));
        _content.AsSpan(0, Period).CopyTo(_content.AsSpan(Period));
        _sent = new long[count];
        _verified = new long[count];
        _sockets = Space.Run(names.Edge, () => Enumerable.Range(0, count).Select(i => Connect(sites, v6: i % 2 == 1)).ToArray());
        _tasks = [.. Enumerable.Range(0, count).SelectMany(i =>
        {
            int pause = random.Next(40, 120);
            int chunk = random.Next(500, 8000);
            return (Task[])[Task.Run(() => SendAsync(i, chunk, pause)), Task.Run(() => ReceiveAsync(i))];
        })];
    }

    public int Count => _sockets.Length;

    /// <summary>Bytes that came back as they were sent.</summary>
    public long Verified => _verified.Sum();

    /// <summary>How many have ended, or have had a wrong byte.</summary>
    public int Broken => Enumerable.Range(0, _sockets.Length).Count(i => _tasks[2 * i].IsFaulted || _tasks[(2 * i) + 1].IsFaulted);

    /// <summary>Why the first of those did; null where none has.</summary>
    public string? Fault => _tasks.FirstOrDefault(static task => task.IsFaulted)?.Exception!.InnerException!.Message;

    /// <summary>Waits until each has got something more back.</summary>
    /// <returns>How many have not within the time.</returns>
    public async Task<int> GoOnAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        long[] before = [.. _sent.Select(static (_, i) => i).Select(i => Volatile.Read(ref _sent[i]))];
        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        int behind;
        while ((behind = Enumerable.Range(0, before.Length).Count(i => Volatile.Read(ref _verified[i]) <= before[i])) > 0
            && System.Diagnostics.Stopwatch.GetElapsedTime(start) < patience)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, cancellationToken).ConfigureAwait(false);
        }

        return behind;
    }

    public void Dispose()
    {
        _stop.Cancel();
        Array.ForEach(_sockets, static socket => socket.Dispose());
        try
        {
            Task.WaitAll(_tasks);
        }
        catch (AggregateException)
        {
            // Told by Broken.
        }

        _stop.Dispose();
    }

    // To the link that sessions prefer, whose addresses are then their home.
    private static Socket Connect(PairedSites sites, bool v6)
    {
        LabLink home = LabAddresses.Wan1;
        var socket = new Socket(v6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Bind(new IPEndPoint(IPAddress.Parse(v6 ? home.EdgeV6 : home.EdgeV4), 0));
        var far = new IPEndPoint(IPAddress.Parse(v6 ? home.CloudV6 : home.CloudV4), Port);
        sites.Admit(new SessionTuple(ProtocolType.Tcp, (IPEndPoint)socket.LocalEndPoint!, far));
        socket.Connect(far);
        return socket;
    }

    private ReadOnlyMemory<byte> Content(int transfer, long offset, int length) =>
        _content.AsMemory((int)((offset + (transfer * 977)) % Period), Math.Min(length, Period));

    private async Task SendAsync(int transfer, int chunk, int pause)
    {
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                int sent = await _sockets[transfer].SendAsync(Content(transfer, _sent[transfer], chunk), _stop.Token).ConfigureAwait(false);
                Interlocked.Add(ref _sent[transfer], sent);
                await Task.Delay(TimeSpan.FromMilliseconds(pause), TimeProvider.System, _stop.Token).ConfigureAwait(false);
            }
        }
        catch (Exception) when (_stop.IsCancellationRequested)
        {
            // Stopped.
        }
    }

    private async Task ReceiveAsync(int transfer)
    {
        byte[] buffer = new byte[16384];
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                int length = await _sockets[transfer].ReceiveAsync(buffer, _stop.Token).ConfigureAwait(false);
                if (length == 0)
                {
                    throw new InvalidDataException("the cloud closed the connection");
                }

                if (!buffer.AsSpan(0, length).SequenceEqual(Content(transfer, _verified[transfer], length).Span))
                {
                    throw new InvalidDataException($"transfer {transfer}: what came back from byte {_verified[transfer]} on is not what was sent");
                }

                Interlocked.Add(ref _verified[transfer], length);
            }
        }
        catch (Exception) when (_stop.IsCancellationRequested)
        {
            // Stopped.
        }
    }
}
