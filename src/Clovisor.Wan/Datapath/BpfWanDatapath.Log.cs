using System.Net;
using Microsoft.Extensions.Logging;

namespace Clovisor.Wan.Datapath;

public sealed partial class BpfWanDatapath
{
    [LoggerMessage(1150, LogLevel.Information, "Datapath at {Directory} is up ({Origin}), for {MaxSessions} IPv4 and {MaxSessionsV6} IPv6 sessions.", EventName = nameof(LogStarted))]
    private static partial void LogStarted(ILogger logger, string directory, string origin, int maxSessions, int maxSessionsV6);

    [LoggerMessage(1151, LogLevel.Warning, "The datapath found is for {Found} IPv4 and {FoundV6} IPv6 sessions and keeps that size; {Wanted} and {WantedV6} take effect after it was uninstalled.", EventName = nameof(LogSizeKept))]
    private static partial void LogSizeKept(ILogger logger, int found, int foundV6, int wanted, int wantedV6);

    [LoggerMessage(1152, LogLevel.Information, "Plan in force: {Links} links, {Associations} associations, {Tags} tags.", EventName = nameof(LogApplied))]
    private static partial void LogApplied(ILogger logger, int links, int associations, int tags);

    [LoggerMessage(1153, LogLevel.Warning, "The next hop {NextHop} of link {Link} cannot be kept resolved (errno {Error}): first packets to it may be lost.", EventName = nameof(LogNeighbourFailed))]
    private static partial void LogNeighbourFailed(ILogger logger, IPAddress nextHop, string link, int error);

    [LoggerMessage(1154, LogLevel.Debug, "{Sessions} idle sessions forgotten.", EventName = nameof(LogSwept))]
    private static partial void LogSwept(ILogger logger, int sessions);

    [LoggerMessage(1155, LogLevel.Warning, "Looking for idle sessions failed; the next time is at the usual interval.", EventName = nameof(LogSweepFailed))]
    private static partial void LogSweepFailed(ILogger logger, Exception exception);

    [LoggerMessage(1156, LogLevel.Information, "Datapath at {Directory} is removed.", EventName = nameof(LogUninstalled))]
    private static partial void LogUninstalled(ILogger logger, string directory);

    [LoggerMessage(1157, LogLevel.Warning, "The programs cannot be told that nobody reads events any more; they go on counting those that find no room until the next start.", EventName = nameof(LogStillTelling))]
    private static partial void LogStillTelling(ILogger logger, Exception exception);
}
