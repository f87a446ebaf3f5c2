using System.Collections.Immutable;
using System.Net;
using Clovisor.Hosting.Configuration;
using Clovisor.Hosting.Interop;

namespace Clovisor.Hosting.Callers;

/// <summary>An entry of the allow-list, parsed.</summary>
internal sealed class CallerRule(SessionCallerOptions options)
{
    private readonly ImmutableArray<uint> _users = [.. options.Users];
    private readonly ImmutableArray<uint> _groups = [.. options.Groups];
    private readonly ImmutableArray<string> _namespaces = [.. options.NetworkNamespaces];
    private readonly bool _token = options.Token;

    /// <summary>For root and the host's own user.</summary>
    internal static CallerRule Everything { get; } = new(new SessionCallerOptions());

    /// <summary>The source addresses that may be reported; empty for any.</summary>
    internal ImmutableArray<IPNetwork> Sources { get; } = [.. options.Sources.Select(IPNetwork.Parse)];

    internal bool Fits(CallerIdentity caller)
    {
        if (caller.User is not { } user)
        {
            return _token;
        }

        return (_users.IsEmpty || _users.Contains(user))
            && (_groups.IsEmpty || caller.Groups.Any(_groups.Contains))
            && (_namespaces.IsEmpty || (caller.NetworkNamespace is { } inode && _namespaces.Any(path => Libc.InodeOf(path, out _) == inode)));
    }

    internal bool MaySpeakFor(IPAddress source)
    {
        if (Sources.IsEmpty)
        {
            return true;
        }

        foreach (IPNetwork network in Sources)
        {
            if (network.Contains(source))
            {
                return true;
            }
        }

        return false;
    }
}
