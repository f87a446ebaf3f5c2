using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Clovisor.Hosting.SessionApi;

/// <summary>JSON that is written whole before it is sent, so that head and body leave in one piece. Of one thread, until it is sent.</summary>
internal sealed class JsonAnswer
{
    [ThreadStatic]
    private static JsonAnswer? _kept;

    private readonly PieceBuffer _bytes = new();

    private JsonAnswer() => Writer = new Utf8JsonWriter(_bytes);

    internal Utf8JsonWriter Writer { get; }

    /// <summary>Begins an answer. Nothing may be awaited before it is sent.</summary>
    internal static JsonAnswer Begin()
    {
        JsonAnswer answer = _kept ?? new JsonAnswer();
        _kept = null;
        return answer;
    }

    /// <summary>Ends a line of several: what was written, a line feed, and the next object may follow.</summary>
    internal void EndLine(PipeWriter output)
    {
        Writer.Flush();
        _bytes.CopyTo(output);
        output.Write("\n"u8);
        Clear();
    }

    /// <summary>Sends what was written, with its length.</summary>
    internal Task SendAsync(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        WriteWithLength(context.Response);
        ValueTask<FlushResult> flushed = context.Response.BodyWriter.FlushAsync(CancellationToken.None);
        if (!flushed.IsCompletedSuccessfully)
        {
            return flushed.AsTask();
        }

        _ = flushed.Result;
        return Task.CompletedTask;
    }

    /// <summary>Gives the buffer to the next answer of this thread.</summary>
    internal void Keep()
    {
        Clear();
        _kept = this;
    }

    private void WriteWithLength(HttpResponse response)
    {
        Writer.Flush();
        response.ContentLength = _bytes.Length;
        _bytes.CopyTo(response.BodyWriter);
        Keep();
    }

    private void Clear()
    {
        _bytes.Clear();
        Writer.Reset();
    }
}
