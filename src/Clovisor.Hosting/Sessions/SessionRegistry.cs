using System.Collections.Concurrent;
using System.Diagnostics;
using Clovisor.Bpf;
using Clovisor.Hosting.Callers;
using Clovisor.Hosting.Classification;
using Clovisor.Hosting.Configuration;
using Clovisor.Hosting.SessionApi;
using Clovisor.Hosting.Telemetry;
using Clovisor.Istio.Routing;
using Clovisor.Wan.Datapath;
using Microsoft.AspNetCore.Http;

namespace Clovisor.Hosting.Sessions;

/// <summary>Report → route rule → association → sessions map. Remembers which rule a session came by. Thread-safe.</summary>
internal sealed class SessionRegistry(SnapshotStore store, RequestClassifier classifier, WanRuntime wan, ReportInstruments instruments)
{
    // How many sessions are entered between two looks for those that have ended, at least: a look costs a walk over the kernel's map.
    private const int EnteredBetweenLooks = 4096;

    private readonly ConcurrentDictionary<SessionTuple, Entered> _entered = new();
    private int _untilLook = EnteredBetweenLooks;
    private int _untilRoomIsLookedFor;
    private long _reports;

    /// <summary>Whether sessions can be entered: a snapshot is in force and the datapath runs.</summary>
    internal bool IsReady => store.Current is not null && wan.Running is not null;

    /// <summary>The revision of the snapshot in force; 0 when there is none.</summary>
    internal long Revision => store.Current?.Revision ?? 0;

    /// <summary>Reports received since the start, those in batches each for itself, refused ones too.</summary>
    internal long Reports => Interlocked.Read(ref _reports);

    /// <summary>A report that could not be read is counted as one.</summary>
    internal void CountUnread() => Interlocked.Increment(ref _reports);

    internal SessionOutcome Report(SessionReport report, CallerAccount caller)
    {
        long begun = instruments.Begin();
        SessionOutcome outcome = Judge(report, caller);
        instruments.Reported(outcome, begun);
        return outcome;
    }

    private SessionOutcome Judge(SessionReport report, CallerAccount caller)
    {
        Interlocked.Increment(ref _reports);
        if (!caller.TryTake())
        {
            return SessionOutcome.TooMany($"More than {caller.ReportsPerSecond} reports in a second from this caller ({caller.Identity}). Report less often, or raise ReportsPerSecond.");
        }

        List<ApiError> errors = [];
        SessionTuple? tuple = ReportValidation.Tuple(report, errors);
        ReportValidation.Head(report, errors);
        if (tuple is not { } session || errors.Count > 0)
        {
            caller.CountRefused();
            return SessionOutcome.Refused(StatusCodes.Status400BadRequest, errors);
        }

        return Enter(session, null, caller, report);
    }

    /// <summary>Enters a session whose request has been classified already.</summary>
    internal SessionOutcome Enter(in SessionTuple session, in ClassifiedRequest classified, CallerAccount caller) => Enter(session, classified, caller, null);

    private SessionOutcome Enter(in SessionTuple session, ClassifiedRequest? classified, CallerAccount caller, SessionReport? report)
    {
        if (!caller.Rule.MaySpeakFor(session.Source.Address))
        {
            caller.CountRefused();
            return NotTheirs(session, caller);
        }

        if (wan.Running is not { } running || store.Current is null)
        {
            return SessionOutcome.NotReady;
        }

        if (!caller.MayEnter && !HasRoomAgain(running, caller))
        {
            caller.CountLimited();
            return SessionOutcome.TooMany($"This caller ({caller.Identity}) has {caller.Sessions} live sessions, the limit. Close some, or raise SessionsPerCaller.");
        }

        ClassifiedRequest request = classified ?? Classify(report!, session);
        try
        {
            return SessionOutcome.Done(new SessionAnswer
            {
                Association = request.Association,
                Link = Enter(running, session, request, caller),
                Route = request.Route,
                Revision = request.Revision,
            });
        }
        catch (BpfException e)
        {
            return SessionOutcome.Refused(StatusCodes.Status503ServiceUnavailable, new ApiError("", e.Message));
        }
    }

    /// <summary>Takes a session back; only whoever may report it may.</summary>
    internal SessionOutcome? Remove(in SessionTuple session, CallerAccount caller)
    {
        if (!caller.Rule.MaySpeakFor(session.Source.Address))
        {
            caller.CountRefused();
            return NotTheirs(session, caller);
        }

        Forget(session);
        return wan.Running?.Datapath.Remove(session) ?? false
            ? null
            : SessionOutcome.Refused(StatusCodes.Status404NotFound, new ApiError("source", $"There is no session {session}."));
    }

    internal IReadOnlyList<SessionView> List(CallerAccount caller)
    {
        if (wan.Running is not { } running)
        {
            return [];
        }

        IReadOnlyList<WanSession> sessions = running.Datapath.Sessions();
        Forget(sessions);
        return
        [
            .. sessions.Where(session => caller.Rule.MaySpeakFor(session.Tuple.Source.Address)).Select(session => new SessionView
            {
                Protocol = session.Tuple.Protocol == System.Net.Sockets.ProtocolType.Tcp ? "tcp" : "udp",
                Source = session.Tuple.Source.ToString(),
                Destination = session.Tuple.Destination.ToString(),
                Association = session.AssociationName,
                Link = session.LinkName,
                Route = _entered.GetValueOrDefault(session.Tuple).Route,
                TranslatedSource = session.TranslatedSource?.ToString(),
                BytesOut = session.BytesOut,
                BytesIn = session.BytesIn,
            }),
        ];
    }

    private ClassifiedRequest Classify(SessionReport report, in SessionTuple session)
    {
        using Activity? span = ReportSpan.Step(ReportSpan.Decision);
        ClassifiedRequest request = classifier.Classify(report.ListenerPort ?? session.Destination.Port, HeadOf(report));
        instruments.Decided(request);
        span.Decided(request);
        return request;
    }

    private string? Enter(WanRuntime.Parts running, in SessionTuple session, in ClassifiedRequest request, CallerAccount caller)
    {
        if (request.Association is not { } association)
        {
            // Ports are used again: what was entered for this tuple before is not this session.
            running.Datapath.Remove(session);
            Forget(session);
            return null;
        }

        using Activity? span = ReportSpan.Step(ReportSpan.Entry);
        string? link = running.Engine.Admit(session, association).Link;
        span.Entered(session, link);
        Entered entered = new(request.Route, caller);
        while (!_entered.TryAdd(session, entered))
        {
            Forget(session);
        }

        caller.SessionEntered();
        if (Interlocked.Decrement(ref _untilLook) == 0)
        {
            Volatile.Write(ref _untilLook, EnteredBetweenLooks);
            Forget(running.Datapath.Sessions());
        }

        return link;
    }

    // A walk over the kernel's map finds sessions that have ended; not more than one in so many refused reports, or a caller at its limit costs a walk each.
    private bool HasRoomAgain(WanRuntime.Parts running, CallerAccount caller)
    {
        if (Interlocked.Decrement(ref _untilRoomIsLookedFor) > 0)
        {
            return false;
        }

        Volatile.Write(ref _untilRoomIsLookedFor, EnteredBetweenLooks);
        Forget(running.Datapath.Sessions());
        return caller.MayEnter;
    }

    // Sessions end in the kernel, by FIN or by idleness; what is remembered here follows when it is looked at.
    private void Forget(IReadOnlyList<WanSession> alive)
    {
        HashSet<SessionTuple> tuples = [.. alive.Select(session => session.Tuple)];
        foreach (SessionTuple tuple in _entered.Keys.Where(tuple => !tuples.Contains(tuple)))
        {
            Forget(tuple);
        }

        Volatile.Write(ref _untilLook, Math.Max(EnteredBetweenLooks, alive.Count));
    }

    private void Forget(in SessionTuple session)
    {
        if (_entered.TryRemove(session, out Entered entered))
        {
            entered.Caller.SessionGone();
        }
    }

    private static SessionOutcome NotTheirs(in SessionTuple session, CallerAccount caller) => SessionOutcome.Refused(
        StatusCodes.Status403Forbidden,
        new ApiError("source", $"This caller ({caller.Identity}) may not speak for {session.Source.Address}; its entry in Callers allows {string.Join(", ", caller.Rule.Sources)}. Report from the network namespace of that address, or add the address to Sources."));

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

    private readonly record struct Entered(string? Route, CallerAccount Caller);
}
