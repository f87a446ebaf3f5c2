using System.Collections.Concurrent;
using Clovisor.Bpf;
using Clovisor.Hosting.Classification;
using Clovisor.Hosting.Configuration;
using Clovisor.Hosting.SessionApi;
using Clovisor.Istio.Routing;
using Clovisor.Wan.Datapath;
using Microsoft.AspNetCore.Http;

namespace Clovisor.Hosting.Sessions;

/// <summary>Report → route rule → association → sessions map. Remembers which rule a session came by. Thread-safe.</summary>
internal sealed class SessionRegistry(SnapshotStore store, RequestClassifier classifier, WanRuntime wan)
{
    // How many sessions are entered between two looks for those that have ended, at least: a look costs a walk over the kernel's map.
    private const int EnteredBetweenLooks = 4096;

    private readonly ConcurrentDictionary<SessionTuple, string> _routes = new();
    private int _untilLook = EnteredBetweenLooks;
    private long _reports;

    /// <summary>Whether sessions can be entered: a snapshot is in force and the datapath runs.</summary>
    internal bool IsReady => store.Current is not null && wan.Running is not null;

    /// <summary>The revision of the snapshot in force; 0 when there is none.</summary>
    internal long Revision => store.Current?.Revision ?? 0;

    /// <summary>Reports received since the start, those in batches each for itself, refused ones too.</summary>
    internal long Reports => Interlocked.Read(ref _reports);

    internal SessionOutcome Report(SessionReport report)
    {
        Interlocked.Increment(ref _reports);
        List<ApiError> errors = [];
        SessionTuple? tuple = ReportValidation.Tuple(report, errors);
        ReportValidation.Head(report, errors);
        if (tuple is not { } session || errors.Count > 0)
        {
            return SessionOutcome.Refused(StatusCodes.Status400BadRequest, errors);
        }

        if (wan.Running is not { } running || store.Current is null)
        {
            return SessionOutcome.NotReady;
        }

        ClassifiedRequest request = classifier.Classify(report.ListenerPort ?? session.Destination.Port, HeadOf(report));
        try
        {
            return SessionOutcome.Done(new SessionAnswer
            {
                Association = request.Association,
                Link = Enter(running, session, request),
                Route = request.Route,
                Revision = request.Revision,
            });
        }
        catch (BpfException e)
        {
            return SessionOutcome.Refused(StatusCodes.Status503ServiceUnavailable, new ApiError("", e.Message));
        }
    }

    internal bool Remove(in SessionTuple session)
    {
        _routes.TryRemove(session, out _);
        return wan.Running?.Datapath.Remove(session) ?? false;
    }

    internal IReadOnlyList<SessionView> List()
    {
        if (wan.Running is not { } running)
        {
            return [];
        }

        IReadOnlyList<WanSession> sessions = running.Datapath.Sessions();
        Forget(sessions);
        return
        [
            .. sessions.Select(session => new SessionView
            {
                Protocol = session.Tuple.Protocol == System.Net.Sockets.ProtocolType.Tcp ? "tcp" : "udp",
                Source = session.Tuple.Source.ToString(),
                Destination = session.Tuple.Destination.ToString(),
                Association = session.AssociationName,
                Link = session.LinkName,
                Route = _routes.GetValueOrDefault(session.Tuple),
                TranslatedSource = session.TranslatedSource?.ToString(),
                PacketsOut = session.PacketsOut,
                BytesOut = session.BytesOut,
                PacketsIn = session.PacketsIn,
                BytesIn = session.BytesIn,
            }),
        ];
    }

    private string? Enter(WanRuntime.Parts running, in SessionTuple session, in ClassifiedRequest request)
    {
        if (request.Association is not { } association)
        {
            // Ports are used again: what was entered for this tuple before is not this session.
            running.Datapath.Remove(session);
            _routes.TryRemove(session, out _);
            return null;
        }

        string? link = running.Engine.Admit(session, association).Link;
        if (request.Route is { } route)
        {
            _routes[session] = route;
        }

        if (Interlocked.Decrement(ref _untilLook) == 0)
        {
            Volatile.Write(ref _untilLook, EnteredBetweenLooks);
            Forget(running.Datapath.Sessions());
        }

        return link;
    }

    // Sessions end in the kernel, by FIN or by idleness; what is remembered here follows when it is looked at.
    private void Forget(IReadOnlyList<WanSession> alive)
    {
        HashSet<SessionTuple> tuples = [.. alive.Select(session => session.Tuple)];
        foreach (SessionTuple tuple in _routes.Keys.Where(tuple => !tuples.Contains(tuple)))
        {
            _routes.TryRemove(tuple, out _);
        }

        Volatile.Write(ref _untilLook, Math.Max(EnteredBetweenLooks, alive.Count));
    }

    private static RouteRequest HeadOf(SessionReport report)
    {
        IReadOnlyList<ReportHeader> headers = report.Headers ?? [];
        RouteHeader[] copied = new RouteHeader[headers.Count];
        for (int i = 0; i < copied.Length; i++)
        {
            copied[i] = new RouteHeader(headers[i].Name, headers[i].Value);
        }

        return new RouteRequest
        {
            Method = report.Method!,
            Authority = report.Authority!,
            Path = report.Path!,
            Scheme = report.Scheme ?? "",
            Headers = copied,
        };
    }
}
