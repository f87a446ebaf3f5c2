using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;

namespace Clovisor.Hosting.SessionApi;

/// <summary>The whole body of a request in one piece. Bounded by the server's limit, beyond which reading throws. Disposal gives it back.</summary>
internal struct RequestBody : IDisposable
{
    private readonly PipeReader _reader;
    private readonly ReadOnlySequence<byte> _read;
    private byte[]? _copy;

    private RequestBody(PipeReader reader, ReadOnlySequence<byte> read)
    {
        _reader = reader;
        _read = read;
        if (!read.IsSingleSegment)
        {
            _copy = ArrayPool<byte>.Shared.Rent((int)read.Length);
            read.CopyTo(_copy);
        }
    }

    internal readonly ReadOnlySpan<byte> Bytes => _copy is { } copy ? copy.AsSpan(0, (int)_read.Length) : _read.FirstSpan;

    /// <summary>Reads to the end.</summary>
    /// <param name="context">The request.</param>
    /// <param name="most">How many bytes it may have, if less than the server's limit.</param>
    /// <exception cref="BadHttpRequestException">It is too long, or is no body; the status says which.</exception>
    internal static async ValueTask<RequestBody> ReadAsync(HttpContext context, int most = int.MaxValue)
    {
        PipeReader reader = context.Request.BodyReader;
        while (true)
        {
            // Ends with the connection too, by an exception that says how: a token would say less.
            ReadResult result = await reader.ReadAsync(CancellationToken.None).ConfigureAwait(false);
            if (result.Buffer.Length > most)
            {
                reader.AdvanceTo(result.Buffer.End);
                throw new BadHttpRequestException($"The message is longer than {most} bytes.", StatusCodes.Status413PayloadTooLarge);
            }

            if (result.IsCompleted)
            {
                if (result.Buffer.Length > LongWork.Bytes)
                {
                    await Task.Yield();
                }

                return new RequestBody(reader, result.Buffer);
            }

            reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    public void Dispose()
    {
        _reader.AdvanceTo(_read.End);
        if (_copy is { } copy)
        {
            _copy = null;
            ArrayPool<byte>.Shared.Return(copy);
        }
    }
}
