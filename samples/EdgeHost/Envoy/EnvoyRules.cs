using Clovisor.EdgeHost.CommandLine;
using Clovisor.Istio;
using Clovisor.Istio.Resources;
using Clovisor.Istio.Serialization;
using Clovisor.Wan.Associations;
using Clovisor.Wan.Configuration;

namespace Clovisor.EdgeHost.Envoy;

/// <summary>What Envoy must know of the rules: which requests belong to which class.</summary>
/// <param name="Classes">Every association, and the class of requests that belong to none.</param>
/// <param name="Hosts">One for every VirtualService.</param>
internal sealed record EnvoyRules(IReadOnlyList<EnvoyClass> Classes, IReadOnlyList<EnvoyHost> Hosts)
{
    private static readonly EnvoyClass Unclassified = new("", null);

    /// <exception cref="EdgeHostException">The documents are not valid, or a rule looks at something else than the exact value of headers.</exception>
    public static EnvoyRules Read(string folder)
    {
        (string Name, string Text)[] files = [.. Directory.EnumerateFiles(folder, "*.yaml").Order().Select(f => (Path.GetFileName(f), File.ReadAllText(f)))];
        IstioReadResult mesh = IstioYaml.Read(files.Select(f => new NamedText(f.Name, f.Text)), null);
        ConfigurationResult wan = WanConfigurationReader.Read(files.Select(f => new ConfigurationText(f.Name, f.Text)));
        if (mesh.Configuration is null || wan.Configuration is null)
        {
            IEnumerable<string> errors = mesh.Errors.Select(e => e.ToString()).Concat(wan.Errors.Select(e => e.ToString()!));
            throw new EdgeHostException($"cannot write Envoy's configuration from {folder}", string.Join("; ", errors), "Correct the files");
        }

        IReadOnlyList<WanAssociation> associations = wan.Configuration.Associations;
        return new EnvoyRules(
            [.. associations.Select(Class), Unclassified],
            [.. mesh.Configuration.VirtualServices.Select(service => new EnvoyHost($"{service.Namespace}/{service.Name}", service.Hosts, Routes(service, associations)))]);
    }

    private static List<EnvoyRoute> Routes(VirtualService service, IReadOnlyList<WanAssociation> associations)
    {
        var routes = new List<EnvoyRoute>();
        for (int i = 0; i < service.Http.Length; i++)
        {
            HttpRoute rule = service.Http[i];
            if (rule.Match.IsEmpty)
            {
                routes.Add(new EnvoyRoute([], ClassOf(service, i, null, associations)));
            }

            for (int j = 0; j < rule.Match.Length; j++)
            {
                routes.Add(new EnvoyRoute(Headers(service, i, rule.Match[j]), ClassOf(service, i, j, associations)));
            }
        }

        return routes;
    }

    private static KeyValuePair<string, string>[] Headers(VirtualService service, int rule, HttpMatch match)
    {
        bool headersAlone = match == new HttpMatch { Headers = match.Headers, Name = match.Name, Line = match.Line };
        if (!headersAlone || match.Headers.Values.Any(h => h.Kind != StringMatchKind.Exact))
        {
            throw new EdgeHostException(
                $"cannot write Envoy's route for VirtualService {service.Namespace}/{service.Name}", $"spec.http[{rule}] looks at more than exact headers",
                "With --proxy envoy the demo's rules must match 'headers' with 'exact'; --proxy yarp takes any rule");
        }

        return [.. match.Headers.OrderBy(h => h.Key, StringComparer.Ordinal).Select(h => KeyValuePair.Create(h.Key, h.Value.Value))];
    }

    /// <summary>The class of the association that names the rule most closely.</summary>
    private static EnvoyClass ClassOf(VirtualService service, int rule, int? match, IReadOnlyList<WanAssociation> associations)
    {
        HttpRoute route = service.Http[rule];
        var name = new MeshRoute(
            MeshRouteKind.VirtualService, service.Namespace, service.Name, rule, route.Name, match, match is { } index ? route.Match[index].Name : null);
        WanAssociation? closest = associations
            .Select(association => (association, closeness: association.MeshRoutes.Select(r => r.Matches(name)).DefaultIfEmpty(RouteSpecificity.None).Max()))
            .Where(pair => pair.closeness > RouteSpecificity.None)
            .OrderByDescending(pair => pair.closeness)
            .Select(pair => pair.association)
            .FirstOrDefault();
        return closest is null ? Unclassified : Class(closest);
    }

    private static EnvoyClass Class(WanAssociation association) => new(association.Name, association.TagDscp);
}
