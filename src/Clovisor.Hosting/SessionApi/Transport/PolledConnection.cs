using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using Clovisor.Hosting.Interop;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Clovisor.Hosting.SessionApi.Transport;

/// <summary>A connection whose bytes the poll thread brings and takes.</summary>
internal sealed class PolledConnection : DefaultConnectionContext, IConnectionSocketFeature, IMemoryPoolFeature
{
    private const int LeastRoom = 4096;

    // What the web server's own transport keeps: a body that nobody reads, and an answer that nobody takes, grow no further.
    private const int MostUnread = 1 << 20;
    private const int MostUnsent = 1 << 16;

    private readonly PollThread _thread;
    private readonly Readiness _readable = new();
    private readonly Readiness _writable = new();
    private readonly IDuplexPipe _own;
    private ulong _number;
    private readonly CancellationTokenSource _closed = new();
    private readonly TaskCompletionSource _closedIsKnown = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isEnded;
    private Task _receiving = Task.CompletedTask;
    private Task _sending = Task.CompletedTask;
    private int _isClosed;

    private PolledConnection(string id, IDuplexPipe servers, IDuplexPipe own, Socket socket, PollThread thread, MemoryPool<byte> memory)
        : base(id, servers, own)
    {
        MemoryPool = memory;
        Socket = socket;
        _thread = thread;
        _own = own;
        LocalEndPoint = socket.LocalEndPoint;
        RemoteEndPoint = socket.RemoteEndPoint;
        ConnectionClosed = _closed.Token;
        Features.Set<IConnectionSocketFeature>(this);
        Features.Set<IMemoryPoolFeature>(this);
    }

    public Socket Socket { get; }

    public MemoryPool<byte> MemoryPool { get; }

    /// <summary>Takes a socket over and begins to read it.</summary>
    internal static PolledConnection Begin(string id, Socket socket, PollThread thread, MemoryPool<byte> memory)
    {
        socket.Blocking = false;
        Pipe input = new(Limits(MostUnread, memory));
        Pipe output = new(Limits(MostUnsent, memory));
        PolledConnection connection = new(id, new Ends(input.Reader, output.Writer), new Ends(output.Reader, input.Writer), socket, thread, memory);
        connection._number = thread.Watch(connection, socket);
        connection._receiving = connection.ReceiveAsync();
        connection._sending = connection.SendAsync();
        return connection;
    }

    private static PipeOptions Limits(int most, MemoryPool<byte> memory) =>
        new(memory, PipeScheduler.Inline, PipeScheduler.Inline, most, most / 2, useSynchronizationContext: false);

    /// <summary>On the poll thread.</summary>
    internal void Happened(in Epoll.Event happened)
    {
        _isEnded |= happened.IsEnded;
        if (happened.IsReadable)
        {
            _readable.Say();
        }

        if (happened.IsWritable)
        {
            _writable.Say();
        }
    }

    public override void Abort(ConnectionAbortedException abortReason) => Close();

    public override async ValueTask DisposeAsync()
    {
        await Transport.Input.CompleteAsync().ConfigureAwait(false);
        await Transport.Output.CompleteAsync().ConfigureAwait(false);

        // What was written goes out first, as far as the other end takes it.
        await _sending.ConfigureAwait(false);
        await _receiving.ConfigureAwait(false);
        await _closedIsKnown.Task.ConfigureAwait(false);
        _thread.Unwatch(_number);
        Socket.Dispose();
        _closed.Dispose();
        await base.DisposeAsync().ConfigureAwait(false);
    }

    // Both ways end. The kernel tells the poll thread, and that whoever waits for the socket: nothing goes on inside of this call, which the server makes under its locks.
    private void Close()
    {
        if (Interlocked.Exchange(ref _isClosed, 1) != 0)
        {
            return;
        }

        try
        {
            Socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The other end was faster, of which the kernel has told.
        }
    }

    private async Task ReceiveAsync()
    {
        Exception? failure = null;
        PipeWriter writer = _own.Output;
        try
        {
            while (Volatile.Read(ref _isClosed) == 0)
            {
                int received = Receive(writer.GetMemory(LeastRoom), out SocketError error, out bool isWhole);
                if (error == SocketError.WouldBlock)
                {
                    await _readable.WaitAsync().ConfigureAwait(false);
                    continue;
                }

                if (error != SocketError.Success)
                {
                    failure = new ConnectionResetException(new SocketException((int)error).Message);
                    break;
                }

                if (received == 0)
                {
                    break;
                }

                writer.Advance(received);
                FlushResult flushed = await writer.FlushAsync().ConfigureAwait(false);
                if (flushed.IsCompleted || flushed.IsCanceled)
                {
                    break;
                }

                // Fewer bytes than there was room for: the socket was empty, and says when it is not any more. Of an end that came with the bytes it has told already.
                if (isWhole && !_isEnded)
                {
                    await _readable.WaitAsync().ConfigureAwait(false);
                }
            }
        }
        catch (ObjectDisposedException)
        {
            // Closed meanwhile.
        }
        finally
        {
            await writer.CompleteAsync(failure).ConfigureAwait(false);
            ThreadPool.UnsafeQueueUserWorkItem(static connection => connection.TellClosed(), this, preferLocal: false);
        }
    }

    private void TellClosed()
    {
        _closed.Cancel();
        _closedIsKnown.SetResult();
    }

    private int Receive(Memory<byte> room, out SocketError error, out bool isWhole)
    {
        int received = Socket.Receive(room.Span, SocketFlags.None, out error);
        isWhole = received < room.Length;
        return received;
    }

    private async Task SendAsync()
    {
        PipeReader reader = _own.Input;
        Exception? failure = null;
        try
        {
            while (true)
            {
                ReadResult read = await reader.ReadAsync().ConfigureAwait(false);
                ReadOnlySequence<byte> rest = read.Buffer;
                while (!rest.IsEmpty)
                {
                    int sent = Socket.Send(rest.FirstSpan, SocketFlags.None, out SocketError error);
                    if (error == SocketError.WouldBlock)
                    {
                        await _writable.WaitAsync().ConfigureAwait(false);
                    }
                    else if (error != SocketError.Success)
                    {
                        failure = new ConnectionResetException(new SocketException((int)error).Message);
                        return;
                    }

                    rest = rest.Slice(sent);
                }

                reader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted || read.IsCanceled)
                {
                    return;
                }
            }
        }
        catch (ObjectDisposedException)
        {
            // Closed meanwhile.
        }
        finally
        {
            await reader.CompleteAsync(failure).ConfigureAwait(false);
            Close();
        }
    }

    private sealed class Ends(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;
    }
}
