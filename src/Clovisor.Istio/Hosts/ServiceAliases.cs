using System.Collections.Immutable;

namespace Clovisor.Istio.Hosts;

/// <summary>
/// Gives services the names of those that stand for them (<c>ExternalName</c>), over any number of steps. Such a service has no listener and no route of its own: what is asked of it
/// is asked of the service it stands for, wherever the alias is exported to. A circle of aliases stands for nothing, and neither does an alias of a name that is no service.
/// </summary>
internal static class ServiceAliases
{
    /// <param name="services">The services as their objects say.</param>
    /// <param name="former">By service, what it was made to the last time. It is taken over where the names are the same.</param>
    /// <param name="made">Takes the same for the next time.</param>
    public static ImmutableArray<MeshService> Resolve(ImmutableArray<MeshService> services, Dictionary<MeshService, MeshService>? former, Dictionary<MeshService, MeshService> made)
    {
        List<MeshService> aliases = [.. services.Where(static s => s.IsAlias)];
        if (aliases.Count == 0)
        {
            return services;
        }

        var steps = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (MeshService alias in aliases)
        {
            steps[alias.Host] = alias.ExternalName;
        }

        ILookup<string, string> byTarget = aliases
            .Select(alias => (alias.Host, Target: Target(alias.Host, steps)))
            .Where(static pair => pair.Target.Length > 0)
            .ToLookup(static pair => pair.Target, static pair => pair.Host, StringComparer.Ordinal);
        return [.. services.Select(service => service.IsAlias || !byTarget.Contains(service.WrittenHost)
            ? service
            : made[service] = Named(service, [.. byTarget[service.WrittenHost].Order(StringComparer.Ordinal)], former?.GetValueOrDefault(service)))];
    }

    private static MeshService Named(MeshService service, ImmutableArray<string> aliases, MeshService? former) =>
        former is not null && former.Aliases.AsSpan().SequenceEqual(aliases.AsSpan()) ? former : service with { Aliases = aliases };

    private static string Target(string host, Dictionary<string, string> steps)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (steps.TryGetValue(host, out string? next))
        {
            if (!seen.Add(host))
            {
                return "";
            }

            host = next;
        }

        return host;
    }
}
