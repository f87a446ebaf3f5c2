using System.Net;
using Clovisor.Hosting.Callers;
using Clovisor.Hosting.Classification;
using Clovisor.Hosting.Configuration;
using Clovisor.Hosting.SessionApi;
using Clovisor.Hosting.Sessions;
using Clovisor.Hosting.Telemetry;
using Clovisor.Wan.Datapath;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Clovisor.Hosting.AccessLog;

/// <summary>
/// Envoy's access log of upstream requests: each entry names a connection of the proxy and the class that its pool is of, and enters its session. Nothing is answered: a log
/// is not asked about what is wrong with it, so that is counted by caller and said nowhere else.
/// </summary>
internal sealed class AccessLogEndpoint(SnapshotStore store, SessionRegistry registry, ReportInstruments instruments) : AccessLogService.AccessLogServiceBase, IDisposable
{
    /// <summary>The filter state that keeps the pools of a proxy apart: what a connection is of is not what one request on it would say.</summary>
    internal const string ClassState = "clovisor.class";

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
        if (EndPointOf(entry?.UpstreamLocalAddress) is not { } source || EndPointOf(entry!.UpstreamRemoteAddress) is not { } destination)
        {
            return;
        }

        long begun = instruments.Begin();
        registry.CountUnread();
        if (caller.TryTake())
        {
            instruments.Reported(Enter(entry, source, destination, caller), begun);
        }
    }

    private SessionOutcome Enter(CommonProperties entry, IPEndPoint source, IPEndPoint destination, CallerAccount caller)
    {
        List<ApiError> errors = [];
        SessionTuple? tuple = ReportValidation.Tuple(new SessionReport { Protocol = "tcp", Source = source.ToString(), Destination = destination.ToString() }, errors);
        string? named = ClassOf(entry, errors);
        if (tuple is not { } session || errors.Count > 0)
        {
            caller.CountRefused();
            return SessionOutcome.Refused(StatusCodes.Status400BadRequest, errors);
        }

        if (EndPointOf(entry.DownstreamDirectRemoteAddress) is { } client && !caller.Rule.MaySpeakFor(client.Address))
        {
            caller.CountRefused();
            return SessionOutcome.Refused(StatusCodes.Status403Forbidden);
        }

        if (store.Current is not { } snapshot)
        {
            return SessionOutcome.NotReady;
        }

        if (named is not null && !snapshot.Wan.TryFindAssociation(named, out _))
        {
            // Removed since the proxy asked: its connections go as unclassified ones do.
            named = null;
        }

        ClassifiedRequest classified = new() { Association = named, Revision = snapshot.Revision };
        instruments.Decided(classified);
        return registry.Enter(session, classified, caller);
    }

    // Null: of no class.
    private static string? ClassOf(CommonProperties entry, List<ApiError> errors)
    {
        if (!entry.FilterStateObjects.TryGetValue(ClassState, out Any? state))
        {
            return null;
        }

        try
        {
            if (state.TryUnpack(out StringValue value))
            {
                return value.Value;
            }
        }
        catch (InvalidProtocolBufferException)
        {
            // As wrong as one of another type.
        }

        errors.Add(new ApiError(ClassState, "Filter state that is no string. Set it by a factory of strings, such as envoy.hashable_string."));
        return null;
    }

    private static IPEndPoint? EndPointOf(Address? address) =>
        address?.SocketAddress is { Protocol: 0, PortValue: > 0 and <= ushort.MaxValue } socket && IPAddress.TryParse(socket.Address, out IPAddress? parsed)
            ? new IPEndPoint(parsed, (int)socket.PortValue)
            : null;
}
