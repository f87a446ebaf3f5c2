using Clovisor.Hosting.Callers;
using Clovisor.Hosting.Classification;
using Clovisor.Hosting.Configuration;
using Clovisor.Hosting.SessionApi;
using Clovisor.Hosting.Sessions;
using Clovisor.Hosting.Telemetry;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Clovisor.Hosting.AccessLog;

/// <summary>
/// Envoy's access log of upstream requests: each entry names a connection of the proxy and the class that its pool is of, and enters its session. Nothing is answered: a log
/// is not asked about what is wrong with it, so that is counted by caller and said nowhere else.
/// </summary>
internal sealed class AccessLogEndpoint(SnapshotStore store, SessionRegistry registry, ReportInstruments instruments) : AccessLogService.AccessLogServiceBase, IDisposable
{
    private readonly CancellationTokenSource _end = new();

    public override async Task<StreamAccessLogsResponse> StreamAccessLogs(IAsyncStreamReader<StreamAccessLogsMessage> requestStream, ServerCallContext context)
    {
        CallerAccount caller = CallerFilter.AccountOf(context.GetHttpContext());
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(_end.Token, context.CancellationToken);
        try
        {
            while (await requestStream.MoveNext(either.Token).ConfigureAwait(false))
            {
                foreach (HttpEntry entry in requestStream.Current.HttpLogs?.LogEntry ?? [])
                {
                    Take(entry.CommonProperties, caller);
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException || (e is IOException and not InvalidProtocolBufferException))
        {
            // The proxy is gone, or the host is going.
        }

        return new StreamAccessLogsResponse();
    }

    /// <summary>Ends all logs.</summary>
    internal void End() => _end.Cancel();

    public void Dispose() => _end.Dispose();

    private void Take(CommonProperties? entry, CallerAccount caller)
    {
        // An attempt that never had a connection is nobody's fault, and no report.
        if (!LoggedConnection.HasBegun(entry))
        {
            return;
        }

        long begun = instruments.Begin();
        registry.CountUnread();
        if (caller.TryTake())
        {
            instruments.Reported(Enter(entry!, caller), begun);
        }
    }

    private SessionOutcome Enter(CommonProperties entry, CallerAccount caller)
    {
        List<ApiError> errors = [];
        if (LoggedConnection.Read(entry, errors) is not { } logged)
        {
            caller.CountRefused();
            return SessionOutcome.Refused(StatusCodes.Status400BadRequest, errors);
        }

        if (logged.Client is { } client && !caller.Rule.MaySpeakFor(client.Address))
        {
            caller.CountRefused();
            return SessionOutcome.Refused(StatusCodes.Status403Forbidden);
        }

        if (store.Current is not { } snapshot)
        {
            return SessionOutcome.NotReady;
        }

        string? named = logged.Class;
        if (named is not null && !snapshot.Wan.TryFindAssociation(named, out _))
        {
            // Removed since the proxy asked: its connections go as unclassified ones do.
            named = null;
        }

        ClassifiedRequest classified = new() { Association = named, Revision = snapshot.Revision };
        instruments.Decided(classified);
        return registry.Enter(logged.Session, classified, caller);
    }
}
