using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Clovisor.EdgeHost.Agent;
using Clovisor.EdgeHost.Sidecar;

namespace Clovisor.EdgeHost.Tests.Sidecar;

/// <summary>Remembers what it was asked; the rules can be changed under way.</summary>
internal sealed class FakeClassifier : IConnectionClassifier
{
    private long _revision = 1;

    public RuleFields Fields { get; set; } = new() { Headers = ["user"] };

    public ConcurrentQueue<(IPEndPoint Source, string User, bool Connected)> Asked { get; } = [];

    public ConcurrentQueue<IPEndPoint> ClosedSources { get; } = [];

    /// <summary>The answers are as if the agent had not answered in time.</summary>
    public bool InDoubt { get; set; }

    /// <summary>Runs before the answer is given.</summary>
    public Action? BeforeAnswer { get; set; }

    public (RuleFields Fields, RuleGeneration Generation) Rules => (Fields, new RuleGeneration(Interlocked.Read(ref _revision), 0));

    public void Change() => Interlocked.Increment(ref _revision);

    public ValueTask<bool> ClassifyAsync(Socket socket, IPEndPoint destination, RequestHead head, RuleGeneration generation, CancellationToken cancellationToken)
    {
        Asked.Enqueue(((IPEndPoint)socket.LocalEndPoint!, head.Headers["user"].ToString(), socket.Connected));
        BeforeAnswer?.Invoke();
        return generation.Revision == Rules.Generation.Revision ? ValueTask.FromResult(!InDoubt) : throw new RulesChangedException();
    }

    public void Closed(IPEndPoint source, IPEndPoint destination) => ClosedSources.Enqueue(source);
}
