using System.Diagnostics;
using Clovisor.Hosting.Callers;

namespace Clovisor.Hosting.SessionApi;

/// <summary>Counts what the server refuses before it is a request: no HTTP, lengths that contradict each other, a head beyond the limits. It says so to diagnostics alone.</summary>
internal sealed class MalformedRequests : IObserver<KeyValuePair<string, object?>>
{
    private const string Event = "Microsoft.AspNetCore.Server.Kestrel.BadRequest";

    private readonly CallerGate _gate;

    private MalformedRequests(CallerGate gate) => _gate = gate;

    /// <summary>Counts from now on, until what it returns is disposed. Costs requests that are well formed nothing.</summary>
    internal static IDisposable Count(DiagnosticListener server, CallerGate gate) => server.Subscribe(new MalformedRequests(gate), static name => name == Event);

    public void OnNext(KeyValuePair<string, object?> value)
    {
        if (value.Key == Event)
        {
            _gate.CountMalformed();
        }
    }

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }
}
