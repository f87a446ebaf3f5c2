using Microsoft.Extensions.Logging;

namespace Clovisor.Istio.Sources.Kubernetes;

public sealed partial class KubernetesSource
{
    [LoggerMessage(EventId = 1210, EventName = nameof(LogPublished), Level = LogLevel.Information,
        Message = "Istio configuration of {Clusters} cluster(s) is in force as revision {Revision}: {Count} VirtualServices, {Errors} error(s).")]
    private partial void LogPublished(int clusters, long revision, int count, int errors);

    [LoggerMessage(EventId = 1211, EventName = nameof(LogStale), Level = LogLevel.Warning,
        Message = "Cluster {Cluster} is not followed since {Since:O}; its last state stays in force. {Reason}")]
    private partial void LogStale(string cluster, DateTimeOffset since, string reason);

    [LoggerMessage(EventId = 1212, EventName = nameof(LogFollowed), Level = LogLevel.Information, Message = "Cluster {Cluster} is followed.")]
    private partial void LogFollowed(string cluster);

    [LoggerMessage(EventId = 1213, EventName = nameof(LogRefused), Level = LogLevel.Warning, Message = "Left out: {Error}")]
    private partial void LogRefused(string error);

    [LoggerMessage(EventId = 1214, EventName = nameof(LogClusterGone), Level = LogLevel.Information, Message = "Cluster {Cluster} is not named by a remote secret any more.")]
    private partial void LogClusterGone(string cluster);
}
