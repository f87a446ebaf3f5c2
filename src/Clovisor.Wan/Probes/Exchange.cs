using System.Net;
using Clovisor.Wan.Interop;

namespace Clovisor.Wan.Probes;

/// <summary>What has become of a probe that is more than one packet.</summary>
/// <param name="IsOver">Whether anything more is to come.</param>
/// <param name="RoundTrip">How long the answer took; null when there was none, or when it counts up to now.</param>
/// <param name="Failure">What came in place of an answer; null when nothing did.</param>
internal readonly record struct ExchangeOutcome(bool IsOver, TimeSpan? RoundTrip = null, string? Failure = null)
{
    public static ExchangeOutcome Pending => default;

    public static ExchangeOutcome Answered(TimeSpan? roundTrip = null) => new(true, roundTrip);

    public static ExchangeOutcome Failed(string reason) => new(true, null, reason);
}

/// <summary>A probe with a socket of its own. Never waits. For the engine's thread.</summary>
internal abstract class Exchange(string device, ProbeDefinition definition, IPAddress target, ushort sequence, TimeSpan sentAt) : IPolled, IDisposable
{
    public string Device => device;

    public ProbeDefinition Definition => definition;

    public IPAddress Target => target;

    public ushort Sequence => sequence;

    public TimeSpan SentAt => sentAt;

    public abstract FileHandle Handle { get; }

    public abstract short Awaited { get; }

    public bool IsReady { get; set; }

    protected IPEndPoint Peer => new(target, definition.PortInUse);

    /// <summary>Goes on as far as it can.</summary>
    public abstract ExchangeOutcome Advance();

    public void Dispose() => Handle.Dispose();
}
