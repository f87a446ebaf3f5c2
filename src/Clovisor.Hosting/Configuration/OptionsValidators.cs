using Microsoft.Extensions.Options;

namespace Clovisor.Hosting.Configuration;

[OptionsValidator]
internal sealed partial class ClovisorOptionsRanges : IValidateOptions<ClovisorOptions>;

[OptionsValidator]
internal sealed partial class WanOptionsRanges : IValidateOptions<WanOptions>;

[OptionsValidator]
internal sealed partial class SessionApiOptionsRanges : IValidateOptions<SessionApiOptions>;

/// <summary>The folder must be there: a watcher on nothing would look like an empty configuration.</summary>
internal sealed class ClovisorOptionsRules : IValidateOptions<ClovisorOptions>
{
    public ValidateOptionsResult Validate(string? name, ClovisorOptions options)
    {
        ValidateOptionsResultBuilder result = new();
        if (options.ConfigurationDirectory is { Length: > 0 } folder && !Directory.Exists(folder))
        {
            result.AddError($"There is no folder '{folder}'. Make it and put the YAML documents there, or name another.", nameof(options.ConfigurationDirectory));
        }

        return result.Build();
    }
}

/// <summary>Pins are found again after a restart only by an absolute path.</summary>
internal sealed class WanOptionsRules : IValidateOptions<WanOptions>
{
    public ValidateOptionsResult Validate(string? name, WanOptions options)
    {
        ValidateOptionsResultBuilder result = new();
        if (options.PinDirectory is { Length: > 0 } folder && !Path.IsPathRooted(folder))
        {
            result.AddError($"'{folder}' is not an absolute path. Name one, for example /sys/fs/bpf/clovisor.", nameof(options.PinDirectory));
        }

        return result.Build();
    }
}

/// <summary>An API that listens nowhere is a mistake, and so is a socket path that the kernel cannot hold.</summary>
internal sealed class SessionApiOptionsRules : IValidateOptions<SessionApiOptions>
{
    // sizeof(sockaddr_un.sun_path) less the terminating zero, unix(7).
    private const int LongestSocketPath = 107;

    public ValidateOptionsResult Validate(string? name, SessionApiOptions options)
    {
        ValidateOptionsResultBuilder result = new();
        if (string.IsNullOrEmpty(options.SocketPath))
        {
            if (options.LoopbackPort is null)
            {
                result.AddError("Neither a socket path nor a loopback port is set, so nothing could report a session. Set one.", nameof(options.SocketPath));
            }
        }
        else if (!Path.IsPathRooted(options.SocketPath))
        {
            result.AddError($"'{options.SocketPath}' is not an absolute path.", nameof(options.SocketPath));
        }
        else if (System.Text.Encoding.UTF8.GetByteCount(options.SocketPath) > LongestSocketPath)
        {
            result.AddError($"'{options.SocketPath}' is longer than the {LongestSocketPath} bytes that a unix socket's path may have.", nameof(options.SocketPath));
        }

        return result.Build();
    }
}
