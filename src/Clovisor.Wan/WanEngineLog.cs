using Clovisor.Wan.Links;
using Microsoft.Extensions.Logging;

namespace Clovisor.Wan;

/// <summary>What the engine tells its operator. Ids 1100 to 1149.</summary>
internal static partial class WanEngineLog
{
    [LoggerMessage(1100, LogLevel.Information, "WAN link {Link}: {Previous} to {Current}: {Reason}.", EventName = nameof(LinkImproved))]
    public static partial void LinkImproved(this ILogger logger, string link, LinkState previous, LinkState current, string reason);

    [LoggerMessage(1101, LogLevel.Warning, "WAN link {Link}: {Previous} to {Current}: {Reason}.", EventName = nameof(LinkImpaired))]
    public static partial void LinkImpaired(this ILogger logger, string link, LinkState previous, LinkState current, string reason);

    [LoggerMessage(1102, LogLevel.Warning, "The probes of every WAN link went silent at one moment. Their targets are suspected; the links stay in use.", EventName = nameof(TargetsSuspected))]
    public static partial void TargetsSuspected(this ILogger logger);

    [LoggerMessage(1103, LogLevel.Error, "The kernel refused a change of plan; what was in force still is, and it is tried again: {Error}", EventName = nameof(PlanRefused))]
    public static partial void PlanRefused(this ILogger logger, string error);

    [LoggerMessage(1104, LogLevel.Information, "WAN configuration in force: {Links} link(s), {Associations} association(s).", EventName = nameof(ConfigurationInForce))]
    public static partial void ConfigurationInForce(this ILogger logger, int links, int associations);

    [LoggerMessage(1105, LogLevel.Debug, "The kernel does not keep next hops resolved (errno {ErrorNumber}); a next hop that is gone shows by probes alone.", EventName = nameof(NextHopsNotKept))]
    public static partial void NextHopsNotKept(this ILogger logger, int errorNumber);

    [LoggerMessage(1106, LogLevel.Critical, "The WAN engine stopped on an unexpected error. The datapath stays as it is.", EventName = nameof(EngineFailed))]
    public static partial void EngineFailed(this ILogger logger, Exception exception);

    [LoggerMessage(1107, LogLevel.Error, "A handler of LinkChanged failed.", EventName = nameof(HandlerFailed))]
    public static partial void HandlerFailed(this ILogger logger, Exception exception);

    [LoggerMessage(1108, LogLevel.Warning, "Packets go round the datapath: {Warnings}", EventName = nameof(FlowsGoRound))]
    public static partial void FlowsGoRound(this ILogger logger, string warnings);
}
