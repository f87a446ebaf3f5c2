namespace Clovisor.EdgeHost.Sidecar;

/// <summary>What the sidecar says.</summary>
internal static partial class SidecarLog
{
    [LoggerMessage(1, LogLevel.Information, "Rules are of revision {Revision} and look at the headers [{Headers}].")]
    public static partial void RulesAre(ILogger logger, long revision, string headers);

    [LoggerMessage(2, LogLevel.Warning, "Reporting {Source} > {Destination} failed, the connection goes without a class: {Reason}")]
    public static partial void ReportFailed(ILogger logger, string source, string destination, string reason);

    [LoggerMessage(3, LogLevel.Information, "A connection to {Destination} was not made within {Limit}; trying from another port.")]
    public static partial void AttemptTimedOut(ILogger logger, string destination, TimeSpan limit);

    [LoggerMessage(4, LogLevel.Warning, "Forwarding {Method} {Target} failed ({Error}): {Reason}")]
    public static partial void ForwardingFailed(ILogger logger, string method, string target, string error, string? reason);
}
