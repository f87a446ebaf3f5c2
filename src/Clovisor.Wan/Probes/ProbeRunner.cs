using System.Collections.Concurrent;
using System.Net;
using Clovisor.Wan.Interop;
using Clovisor.Wan.Links;

namespace Clovisor.Wan.Probes;

/// <summary>Sends probes of all kinds, and brings what comes back to a monitor. For one thread; the thread pool helps with TLS alone.</summary>
/// <param name="clock">The engine's clock.</param>
/// <param name="wake">Wakes the engine's thread; from any thread.</param>
internal sealed class ProbeRunner(Func<TimeSpan> clock, Action wake) : IProbeSender, IDisposable
{
    private readonly IcmpSender _icmp = new(clock);
    private readonly List<Exchange> _exchanges = [];
    private readonly List<TlsExchange> _tls = [];
    private readonly ConcurrentQueue<(TlsExchange Exchange, string? Failure, TimeSpan At)> _done = new();

    /// <summary>The sockets to wait for.</summary>
    public IEnumerable<IPolled> Polled => _icmp.Sockets.Concat<IPolled>(_exchanges);

    /// <summary>How many probes have a socket of their own now.</summary>
    public int Open => _exchanges.Count + _tls.Count;

    public string? Send(in ProbeOrigin origin, ProbeDefinition definition, IPAddress target, ushort sequence, out TimeSpan sentAt)
    {
        if (definition.Kind == ProbeKind.Icmp)
        {
            return _icmp.Send(in origin, definition.Dscp, target, sequence, out sentAt);
        }

        sentAt = clock();
        try
        {
            switch (definition.Kind)
            {
                case ProbeKind.Dns:
                    _exchanges.Add(new DnsExchange(in origin, definition, target, sequence, sentAt));
                    break;
                case ProbeKind.Https:
                    var exchange = new TlsExchange(in origin, definition, target, sequence, sentAt);
                    _tls.Add(exchange);
                    exchange.Begin(Done);
                    break;
                default:
                    _exchanges.Add(new StreamExchange(in origin, definition, target, sequence, sentAt));
                    break;
            }

            return null;
        }
        catch (WanException refused)
        {
            return refused.Message;
        }
    }

    public bool IsUnread(string device, ushort sequence) =>
        _tls.Any(exchange => exchange.Device == device && exchange.Sequence == sequence && exchange.IsUnread);

    /// <summary>Brings all that has come to a monitor, and gives up what has taken too long.</summary>
    public void Collect(LinkMonitor monitor)
    {
        foreach (EchoSocket socket in _icmp.Sockets)
        {
            while (socket.TryReceive(out IPAddress from, out ushort sequence, out TimeSpan age))
            {
                monitor.Answered(socket.Origin.Device, from, sequence, clock() - age);
            }
        }

        TimeSpan now = clock();
        for (int i = _exchanges.Count - 1; i >= 0; i--)
        {
            Exchange exchange = _exchanges[i];
            ExchangeOutcome outcome = exchange.IsReady ? exchange.Advance() : ExchangeOutcome.Pending;
            exchange.IsReady = false;
            if (!outcome.IsOver && now - exchange.SentAt < exchange.Definition.Timeout)
            {
                continue;
            }

            if (outcome.IsOver)
            {
                TimeSpan at = outcome.RoundTrip is { } taken ? exchange.SentAt + taken : now - (exchange is DnsExchange dns ? dns.Age : TimeSpan.Zero);
                Tell(monitor, exchange.Device, exchange.Target, exchange.Sequence, outcome.Failure, at);
            }

            exchange.Dispose();
            _exchanges.RemoveAt(i);
        }

        while (_done.TryDequeue(out (TlsExchange Exchange, string? Failure, TimeSpan At) done))
        {
            if (_tls.Remove(done.Exchange))
            {
                Tell(monitor, done.Exchange.Device, done.Exchange.Target, done.Exchange.Sequence, done.Failure, done.At);
                done.Exchange.Dispose();
            }
        }

        foreach (TlsExchange late in _tls.Where(exchange => now - exchange.SentAt >= exchange.Timeout).ToArray())
        {
            _tls.Remove(late);
            late.Dispose();
        }
    }

    /// <summary>Closes the sockets of devices that no link has any more.</summary>
    public void Keep(IReadOnlySet<string> devices)
    {
        _icmp.Keep(devices);
        foreach (Exchange exchange in _exchanges.Where(exchange => !devices.Contains(exchange.Device)).ToArray())
        {
            _exchanges.Remove(exchange);
            exchange.Dispose();
        }

        foreach (TlsExchange exchange in _tls.Where(exchange => !devices.Contains(exchange.Device)).ToArray())
        {
            _tls.Remove(exchange);
            exchange.Dispose();
        }
    }

    public void Dispose()
    {
        Keep(new HashSet<string>());
        _icmp.Dispose();
    }

    private static void Tell(LinkMonitor monitor, string device, IPAddress target, ushort sequence, string? failure, TimeSpan at)
    {
        if (failure is null)
        {
            monitor.Answered(device, target, sequence, at);
        }
        else
        {
            monitor.Failed(device, target, sequence, failure);
        }
    }

    private void Done(TlsExchange exchange, string? failure)
    {
        _done.Enqueue((exchange, failure, clock()));
        wake();
    }
}
