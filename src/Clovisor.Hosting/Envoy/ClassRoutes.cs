using Clovisor.Istio.Routing;

namespace Clovisor.Hosting.Envoy;

/// <summary>Finds the routes of a mesh whose requests are of a class, and those of them that patches cannot carry.</summary>
internal static class ClassRoutes
{
    internal static List<ClassRoute> Of(EnvoyMode mode, EnvoyRules rules, List<string> faults)
    {
        List<ClassRoute> routes = [];
        foreach (EnvoyVirtualHost host in rules.Hosts)
        {
            List<ClassRoute> found = [];
            foreach (EnvoyRoute route in host.Routes.Where(route => route is { Class: not null, Forwards: true }))
            {
                if (Fault(mode, host, route) is { } fault)
                {
                    faults.Add(fault);
                    continue;
                }

                found.Add(new ClassRoute(host.Name, route.Source.Name, route.Class!, (ForwardAction)route.Source.Action));
            }

            routes.AddRange(mode == EnvoyMode.Tag ? ByName(host, found, faults) : ByClass(host, found, faults));
        }

        return routes;
    }

    private static string? Fault(EnvoyMode mode, EnvoyVirtualHost host, EnvoyRoute route)
    {
        ForwardAction action = (ForwardAction)route.Source.Action;
        string what = route.Source.Origin is { } origin
            ? $"Rule {origin.RuleIndex} of {origin.Kind} {origin.Route} ({host.Name})"
            : $"Rule {route.Source.RuleIndex} of VirtualService {route.Source.VirtualService} ({host.Name})";
        if (action.Destinations.Length != 1)
        {
            return $"{what} has {action.Destinations.Length} weighted destinations, which a patch cannot replace. Name the subsets clv-{route.Class!.Name} in the VirtualService itself, or give each destination a rule.";
        }

        if (action.Destinations[0].Host.Length == 0)
        {
            return $"{what} goes to {action.Destinations[0].Cluster}, which is no cluster of a service, so it has no subsets.";
        }

        if (mode == EnvoyMode.Tag && route.Source.Name.Length == 0)
        {
            return $"{what} has no name, so no patch can find its route. Give the rule a name.";
        }

        // A route that is put first by class stands for the whole rule.
        bool plain = action is { PathRewrite: null, Authority: null, Mirrors.IsEmpty: true } && action.Destinations[0].Authority is null
            && action.Destinations[0].Headers == HeaderMutations.None && route.Source is { Fault: null, Cors: null } && route.Source.Headers == HeaderMutations.None;
        return mode == EnvoyMode.Report && !plain
            ? $"{what} rewrites, mirrors, injects faults or changes headers, which a route by x-clv-class would not. Use tag mode for it, or match x-clv-class in the VirtualService."
            : null;
    }

    // A patch finds routes by their name alone.
    private static IEnumerable<ClassRoute> ByName(EnvoyVirtualHost host, List<ClassRoute> found, List<string> faults)
    {
        foreach (IGrouping<string, ClassRoute> same in found.GroupBy(route => route.Name))
        {
            int all = host.Routes.Count(route => route.Source.Name == same.Key);
            if (all != same.Count() || same.Select(route => (route.Class.Name, route.Destination.Cluster)).Distinct().Count() > 1)
            {
                faults.Add($"Routes named {same.Key} of {host.Name} are of several classes or go to several destinations, and a patch finds them by name alone. Give rules and matches names of their own.");
            }

            yield return same.First();
        }
    }

    private static IEnumerable<ClassRoute> ByClass(EnvoyVirtualHost host, List<ClassRoute> found, List<string> faults)
    {
        foreach (IGrouping<string, ClassRoute> same in found.GroupBy(route => route.Class.Name))
        {
            if (same.Select(route => route.Destination.Cluster).Distinct().Count() > 1)
            {
                faults.Add($"Requests of class {same.Key} to {host.Name} go to several destinations, which the class alone does not tell apart. Use tag mode, or an association for each.");
            }

            yield return same.First();
        }
    }
}
