using Microsoft.Extensions.Options;

namespace Clovisor.Hosting.Configuration;

[OptionsValidator]
internal sealed partial class ClovisorOptionsRanges : IValidateOptions<ClovisorOptions>;

[OptionsValidator]
internal sealed partial class YamlFolderOptionsRanges : IValidateOptions<YamlFolderOptions>;

[OptionsValidator]
internal sealed partial class WanOptionsRanges : IValidateOptions<WanOptions>;

[OptionsValidator]
internal sealed partial class SessionApiOptionsRanges : IValidateOptions<SessionApiOptions>;

/// <summary>The folder must be there: a watcher on nothing would look like an empty configuration.</summary>
internal sealed class YamlFolderOptionsRules : IValidateOptions<YamlFolderOptions>
{
    public ValidateOptionsResult Validate(string? name, YamlFolderOptions options)
    {
        ValidateOptionsResultBuilder result = new();
        if (options.Directory is { Length: > 0 } folder && !Directory.Exists(folder))
        {
            result.AddError($"There is no folder '{folder}'. Make it and put the YAML documents there, or name another.", nameof(options.Directory));
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

        if (options.ProxyCgroup is { } group && !Path.IsPathRooted(group))
        {
            result.AddError($"'{group}' is not an absolute path. Name the proxy's directory in a cgroup2 file system, for example /sys/fs/cgroup/proxy.slice.", nameof(options.ProxyCgroup));
        }

        return result.Build();
    }
}

/// <summary>
/// An API that listens nowhere is a mistake, so is a socket path that the kernel cannot hold; and TCP that asks for no token would let every local process in.
/// </summary>
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
        else
        {
            CheckPath(options.SocketPath, nameof(options.SocketPath), result);
        }

        if (options.AccessLogSocketPath is { } log)
        {
            CheckPath(log, nameof(options.AccessLogSocketPath), result);
            if (log == options.SocketPath)
            {
                result.AddError($"'{log}' is the session API's own socket, and one socket cannot speak both protocols. Name another.", nameof(options.AccessLogSocketPath));
            }
        }

        CheckToken(options, result);
        for (int i = 0; i < options.Callers.Count; i++)
        {
            CheckCaller(options.Callers[i], $"{nameof(options.Callers)}[{i}]", result);
        }

        return result.Build();
    }

    private static void CheckPath(string path, string name, ValidateOptionsResultBuilder result)
    {
        if (!Path.IsPathRooted(path))
        {
            result.AddError($"'{path}' is not an absolute path.", name);
        }
        else if (System.Text.Encoding.UTF8.GetByteCount(path) > LongestSocketPath)
        {
            result.AddError($"'{path}' is longer than the {LongestSocketPath} bytes that a unix socket's path may have.", name);
        }
    }

    private static void CheckToken(SessionApiOptions options, ValidateOptionsResultBuilder result)
    {
        if (options.LoopbackPort is null)
        {
            if (options.Callers.Any(caller => caller.Token))
            {
                result.AddError($"An entry of Callers fits callers with a token, and no loopback port is set that they could use. Set {nameof(options.LoopbackPort)}.", nameof(options.Callers));
            }

            return;
        }

        if (string.IsNullOrEmpty(options.TokenFile))
        {
            result.AddError("A loopback port is open to every local process. Name a file with a token that callers must show, or use the unix socket alone.", nameof(options.TokenFile));
        }
        else if (!Path.IsPathRooted(options.TokenFile))
        {
            result.AddError($"'{options.TokenFile}' is not an absolute path.", nameof(options.TokenFile));
        }

        if (!options.Callers.Any(caller => caller.Token))
        {
            result.AddError("A loopback port is set, and no entry of Callers fits callers with a token, so all of them would be refused. Add an entry with Token = true.", nameof(options.Callers));
        }
    }

    private static void CheckCaller(SessionCallerOptions caller, string name, ValidateOptionsResultBuilder result)
    {
        if (caller is { Token: false, Users.Count: 0, Groups.Count: 0, NetworkNamespaces.Count: 0 })
        {
            result.AddError("The entry names neither users, groups, network namespaces nor the token, so every process of the machine would fit it. Name at least one.", name);
        }
        else if (caller.Token && (caller.Users.Count > 0 || caller.Groups.Count > 0 || caller.NetworkNamespaces.Count > 0))
        {
            result.AddError("Callers with a token have no user, group or network namespace. Make two entries.", name);
        }

        foreach (string source in caller.Sources.Where(source => !System.Net.IPNetwork.TryParse(source, out _)))
        {
            result.AddError($"'{source}' is not a network such as 10.60.0.0/24 or fd00::/64.", name);
        }

        foreach (string path in caller.NetworkNamespaces.Where(path => !Path.IsPathRooted(path)))
        {
            result.AddError($"'{path}' is not an absolute path, such as /var/run/netns/pod1.", name);
        }
    }
}
