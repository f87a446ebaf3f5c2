using Microsoft.Extensions.Logging;

namespace Clovisor.Istio.Sources;

public sealed partial class YamlFolderSource
{
    [LoggerMessage(EventId = 1200, EventName = nameof(LogPublished), Level = LogLevel.Information,
        Message = "Istio configuration of {Folder} is in force as revision {Revision}: {Count} VirtualServices.")]
    private partial void LogPublished(string folder, long revision, int count);

    [LoggerMessage(EventId = 1201, EventName = nameof(LogRefused), Level = LogLevel.Error,
        Message = "Istio configuration of {Folder} is refused as revision {Revision}; the former one stays in force. {Count} error(s):\n{Errors}")]
    private partial void LogRefused(string folder, long revision, int count, string errors);

    [LoggerMessage(EventId = 1202, EventName = nameof(LogEventsUnavailable), Level = LogLevel.Warning,
        Message = "File system events of {Folder} are not available ({Reason}); changes are found by polling.")]
    private partial void LogEventsUnavailable(string folder, string reason);
}
