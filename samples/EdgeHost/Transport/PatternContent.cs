using System.Net;

namespace Clovisor.EdgeHost.Transport;

/// <summary>A request body of a wanted length and pace; never held in memory.</summary>
internal sealed class PatternContent(long length, long rate, TimeProvider time) : HttpContent
{
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        Pattern.WriteAsync(stream, length, rate, time, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        Pattern.WriteAsync(stream, length, rate, time, cancellationToken);

    protected override bool TryComputeLength(out long value)
    {
        value = length;
        return true;
    }
}
