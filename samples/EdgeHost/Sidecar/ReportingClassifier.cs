using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Clovisor.EdgeHost.Agent;

namespace Clovisor.EdgeHost.Sidecar;

/// <summary>Report mode: the agent is told of the connection and answers when it has entered the session.</summary>
/// <remarks>An agent that does not answer in time costs a request the limit once; the connection then goes without a class.</remarks>
internal sealed class ReportingClassifier : IConnectionClassifier, IDisposable
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan PollLimit = TimeSpan.FromSeconds(1);

    private readonly AgentClient _agent;
    private readonly TimeSpan _limit;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly HoldOff _holdOff;
    private readonly ClosedSessions _closed;
    private volatile AgentRules? _rules;

    /// <param name="limit">How long a connection waits for the agent's answer.</param>
    public ReportingClassifier(AgentClient agent, TimeSpan limit, TimeProvider time, ILogger log)
    {
        _agent = agent;
        _limit = limit;
        _time = time;
        _log = log;
        _holdOff = new HoldOff(TimeSpan.FromMilliseconds(250), time);
        _closed = new ClosedSessions(TimeSpan.FromSeconds(5), time);
    }

    public (RuleFields Fields, RuleGeneration Generation) Rules
    {
        get
        {
            AgentRules? rules = _rules;
            return (rules?.Fields ?? RuleFields.None, new RuleGeneration(rules?.Revision ?? 0, _holdOff.Recoveries));
        }
    }

    public async ValueTask<bool> ClassifyAsync(
        Socket socket, IPEndPoint destination, RequestHead head, RuleGeneration generation, CancellationToken cancellationToken)
    {
        // An agent that was never heard of is not worth a wait.
        if (_rules is not { } rules || !_holdOff.TryEnter())
        {
            return true;
        }

        var report = new SessionReport("tcp", socket.LocalEndPoint!.ToString()!, destination.ToString())
        {
            Method = head.Method,
            Scheme = head.Scheme,
            Authority = head.Authority,
            Path = head.Target,
            Headers = head.Pick(rules.Fields.Headers),
        };
        _closed.Revive(report.Source, report.Destination);
        SessionAnswer answer;
        try
        {
            using var limit = new CancellationTokenSource(_limit, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            answer = await _agent.ReportAsync(report, either.Token).ConfigureAwait(false);
            _holdOff.Succeeded();
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or JsonException)
        {
            _holdOff.Failed();
            cancellationToken.ThrowIfCancellationRequested();
            SidecarLog.ReportFailed(_log, report.Source, report.Destination, e.Message);
            return false;
        }

        if (answer.Revision != generation.Revision)
        {
            await RefreshAsync(cancellationToken).ConfigureAwait(false);
            throw new RulesChangedException();
        }

        return true;
    }

    public void Closed(IPEndPoint source, IPEndPoint destination) => _closed.Add(source.ToString(), destination.ToString());

    /// <summary>Keeps the rules fresh, finds out when the agent is back, and tells it of closed sessions.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(PollInterval, _time);
        do
        {
            try
            {
                using var limit = new CancellationTokenSource(PollLimit, _time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
                await RefreshAsync(either.Token).ConfigureAwait(false);
                if (_holdOff.IsFailing && _holdOff.TryEnter())
                {
                    await ProbeAsync(cancellationToken).ConfigureAwait(false);
                }

                foreach ((string source, string destination) in _closed.TakeDue())
                {
                    await _agent.ForgetAsync(new SessionReport("tcp", source, destination), either.Token).ConfigureAwait(false);
                }
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException or JsonException)
            {
                // An agent that gives no rules takes no reports either; the rules that are known stay good.
                _holdOff.Failed();
            }
        }
        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false));
    }

    public void Dispose() => _agent.Dispose();

    /// <summary>Asks whether the agent is ready, by the same limit as a report: one that is slow is as good as none.</summary>
    private async Task ProbeAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(_limit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        if (await _agent.IsReadyAsync(either.Token).ConfigureAwait(false))
        {
            _holdOff.Succeeded();
        }
        else
        {
            _holdOff.Failed();
        }
    }

    private async Task RefreshAsync(CancellationToken cancellationToken)
    {
        AgentRules rules = await _agent.RulesAsync(cancellationToken).ConfigureAwait(false);
        if (_rules?.Revision != rules.Revision)
        {
            SidecarLog.RulesAre(_log, rules.Revision, string.Join(", ", rules.Fields.Headers));
        }

        _rules = rules;
    }
}
