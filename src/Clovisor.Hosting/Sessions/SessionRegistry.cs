using System.Diagnostics;
using Clovisor.Bpf;
using Clovisor.Hosting.Callers;
using Clovisor.Hosting.Classification;
using Clovisor.Hosting.Configuration;
using Clovisor.Hosting.SessionApi;
using Clovisor.Hosting.Telemetry;
using Clovisor.Istio.Routing;
using Clovisor.Wan;
using Clovisor.Wan.Datapath;
using Microsoft.AspNetCore.Http;

namespace Clovisor.Hosting.Sessions;

/// <summary>Report → route rule → association → sessions map. Remembers which rule a session came by. Thread-safe.</summary>
internal sealed class SessionRegistry(
    SnapshotStore store, RequestClassifier classifier, ServerNameClassifier serverNames, WanRuntime wan, ReportInstruments instruments, TimeProvider time)
{
    // How many sessions are entered between two looks for those that have ended, at least: a look asks the kernel of each that is remembered.
    private const int EnteredBetweenLooks = 4096;

    private static readonly TimeSpan BetweenLooksForRoom = TimeSpan.FromSeconds(1);

    private readonly EnteredSessions _entered = new();
    private int _untilLook = EnteredBetweenLooks;
    private long _lookedForRoom;
    private int _isLooking;
    private long _reports;

    /// <summary>Whether sessions can be entered: a snapshot is in force and the datapath runs.</summary>
    internal bool IsReady => store.Current is not null && wan.Running is not null;

    /// <summary>The revision of the snapshot in force; 0 when there is none.</summary>
    internal long Revision => store.Current?.Revision ?? 0;

    /// <summary>Reports received since the start, those in batches each for itself, refused ones too.</summary>
    internal long Reports => Interlocked.Read(ref _reports);

    /// <summary>A question of the other endpoint, or a report that could not be read, is counted as a report.</summary>
    internal void CountUnread() => Interlocked.Increment(ref _reports);

    /// <summary>Counts a report that could not be read, which costs its caller as much as one that could.</summary>
    internal SessionOutcome Unread(CallerAccount caller, ApiError error, int status)
    {
        if (caller.TryTake())
        {
            return UnreadTaken(caller, error, status);
        }

        CountUnread();
        return TooFast(caller);
    }

    /// <summary>The same of one whose credit has been taken.</summary>
    internal SessionOutcome UnreadTaken(CallerAccount caller, ApiError error, int status)
    {
        CountUnread();
        caller.CountRefused();
        return SessionOutcome.Refused(status, error);
    }

    internal SessionOutcome Report(SessionReport report, CallerAccount caller) => Report(report, caller, isTaken: false);

    /// <summary>Reports a session of a caller whose credit has been taken.</summary>
    internal SessionOutcome ReportTaken(SessionReport report, CallerAccount caller) => Report(report, caller, isTaken: true);

    private SessionOutcome Report(SessionReport report, CallerAccount caller, bool isTaken)
    {
        long begun = instruments.Begin();
        Interlocked.Increment(ref _reports);
        SessionOutcome outcome = isTaken || caller.TryTake() ? Judge(report, caller) : TooFast(caller);
        instruments.Reported(outcome, begun);
        return outcome;
    }

    private SessionOutcome Judge(SessionReport report, CallerAccount caller)
    {
        List<ApiError> errors = [];
        SessionTuple? tuple = ReportValidation.Tuple(report, errors);
        ReportValidation.Content(report, errors);
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

        if (wan.Running is not { } running || store.Current is not { } snapshot)
        {
            return SessionOutcome.NotReady;
        }

        if (!caller.MayEnter)
        {
            LookForRoom();
            caller.CountLimited();
            return SessionOutcome.TooMany($"This caller ({caller.Identity}) has {caller.Sessions} live sessions, the limit. Close some, or raise SessionsPerCaller.");
        }

        ClassifiedRequest request = classified ?? Classify(snapshot, report!, session);
        try
        {
            return SessionOutcome.Done(Enter(running, session, request, caller));
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

        _entered.Forget(session);
        return wan.Running?.Datapath.Remove(session) ?? false
            ? null
            : SessionOutcome.Refused(StatusCodes.Status404NotFound, new ApiError("source", $"There is no session {session}."));
    }

    /// <summary>The sessions that a caller may see, as they are read from the kernel.</summary>
    internal IEnumerable<SessionView> List(CallerAccount caller) =>
        from session in wan.Running?.Datapath.EnumerateSessions() ?? []
        where caller.Rule.MaySpeakFor(session.Tuple.Source.Address)
        select new SessionView
        {
            Protocol = session.Tuple.Protocol == System.Net.Sockets.ProtocolType.Tcp ? "tcp" : "udp",
            Source = session.Tuple.Source.ToString(),
            Destination = session.Tuple.Destination.ToString(),
            Association = session.AssociationName,
            Link = session.LinkName,
            Keeps = _entered.IsUnclassified(session.Tuple) ? Kept.Association : session.KeepsLink ? Kept.Link : null,
            Route = _entered.RouteOf(session.Tuple),
            TranslatedSource = session.TranslatedSource?.ToString(),
            Addressing = session.Addressing is { } kind ? AddressingNames.Of(kind) : null,
            TranslatedDestination = session.TranslatedDestination?.ToString(),
            Peer = session.Peer,
            HomeLink = session.HomeLink,
            BytesOut = session.BytesOut,
            BytesIn = session.BytesIn,
        };

    private ClassifiedRequest Classify(ClovisorSnapshot snapshot, SessionReport report, in SessionTuple session)
    {
        using Activity? span = ReportSpan.Step(ReportSpan.Decision);
        ClassifiedRequest request = report.Sni is { } name
            ? serverNames.Classify(snapshot, RequestFacts.Of(session), name)
            : classifier.Classify(snapshot, report.ListenerPort ?? session.Destination.Port, HeadOf(report), RequestFacts.Of(session));
        instruments.Decided(request);
        span.Decided(request);
        return request;
    }

    private SessionAnswer Enter(WanRuntime.Parts running, in SessionTuple session, in ClassifiedRequest request, CallerAccount caller)
    {
        using Activity? span = request.Association is null ? null : ReportSpan.Step(ReportSpan.Entry);
        SessionAdmission admission = request.Association is { } association ? running.Engine.Admit(session, association, request.Slot) : default;
        if (request.Association is null || admission.Outcome == AdmissionOutcome.UnknownAssociation)
        {
            // Of no association, or of one that has just been removed. Ports are used again: what was entered for this tuple before is not this session, unless packets of it pass now.
            admission = running.Engine.Unclassify(session);
            if (admission.Outcome != AdmissionOutcome.Kept)
            {
                _entered.Forget(session);
                return new SessionAnswer { Route = request.Route, Revision = request.Revision };
            }

            Note(session, EnteredSessions.Unclassified, caller);
            return new SessionAnswer { Link = admission.Link, Keeps = Kept.Association, Route = request.Route, Revision = request.Revision };
        }

        span.Entered(session, admission.Link);
        Note(session, request.Route, caller);
        return new SessionAnswer
        {
            Association = request.Association,
            Link = admission.Link,
            Keeps = admission.Outcome == AdmissionOutcome.Kept ? Kept.Link : null,
            Route = request.Route,
            Revision = request.Revision,
        };
    }

    private void Note(in SessionTuple session, string? route, CallerAccount caller)
    {
        _entered.Note(session, route, caller);
        if (Interlocked.Decrement(ref _untilLook) <= 0)
        {
            Look();
        }
        else if (caller.IsNearlyFull)
        {
            // Before a report is refused for sessions that are over.
            LookForRoom();
        }
    }

    // Sessions that have ended make room; not more than one look a second, or a caller near its limit costs one for each report.
    private void LookForRoom()
    {
        long before = Volatile.Read(ref _lookedForRoom);
        long now = time.GetTimestamp();
        if ((before == 0 || time.GetElapsedTime(before, now) >= BetweenLooksForRoom) && Interlocked.CompareExchange(ref _lookedForRoom, now, before) == before)
        {
            Look();
        }
    }

    // Not on the time of the report that it is due with.
    private void Look()
    {
        if (Interlocked.CompareExchange(ref _isLooking, 1, 0) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static registry => registry.ForgetEnded(), this, preferLocal: false);
        }
    }

    // Sessions end in the kernel, by FIN or by idleness; what is remembered here follows when it is looked at.
    private void ForgetEnded()
    {
        try
        {
            if (wan.Running is { } running)
            {
                _entered.ForgetEnded(session => running.Datapath.Contains(session));
            }
        }
        catch (Exception e) when (e is BpfException or ObjectDisposedException)
        {
            // The datapath is being stopped, or the kernel could not answer: the next look sees what is left.
        }
        finally
        {
            Volatile.Write(ref _untilLook, Math.Max(EnteredBetweenLooks, _entered.Count));
            Volatile.Write(ref _isLooking, 0);
        }
    }

    private static SessionOutcome TooFast(CallerAccount caller) =>
        SessionOutcome.TooMany($"More than {caller.ReportsPerSecond} reports in a second from this caller ({caller.Identity}). Report less often, or raise ReportsPerSecond.");

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
}
