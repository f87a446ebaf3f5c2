using Clovisor.Istio.Hosts;
using Clovisor.Istio.Resources;

namespace Clovisor.Istio.GatewayApi.Conversion;

/// <summary>A parent that a route attaches to.</summary>
/// <param name="GatewayName">The Istio gateway, or <c>mesh</c>.</param>
/// <param name="Reference">The reference as written.</param>
/// <param name="Listener">The listener; null in the mesh.</param>
/// <param name="Rivals">The hosts of other listeners of the same gateway, port and protocol.</param>
internal sealed record RouteAttachment(string GatewayName, ParentReference Reference, ListenerParent? Listener, HashSet<string> Rivals)
{
    public bool IsMesh => Listener is null;

    /// <summary>Says whether a host of the route is served here: it is, unless a listener beside this one has a closer name for it.</summary>
    public bool Serves(string host)
    {
        string own = Listener?.Listener.Hostname ?? "";
        if (own.Length > 0 && !HostName.IsWildcard(own))
        {
            return true;
        }

        if (own.Length > 0 && !HostName.Matches(host, own))
        {
            return false;
        }

        return !Rivals.Any(rival => own.Length <= rival.Length && HostName.IsSubsetOf(host, rival));
    }
}

/// <summary>Finds the parents that accept a route.</summary>
internal sealed class RouteAttacher(IstioConfiguration configuration, List<ListenerParent> listeners)
{
    /// <summary>Gets the parents in the order of their names, and says why each other one refuses.</summary>
    public List<RouteAttachment> Attach(GatewayApiRoute route, List<string> refused)
    {
        var accepted = new List<RouteAttachment>();
        foreach (ParentReference reference in route.Parents.OrderBy(p => Text(p, route.Namespace), StringComparer.Ordinal))
        {
            string scope = reference.Namespace.Length > 0 ? reference.Namespace : route.Namespace;
            switch (reference.Group, reference.Kind)
            {
                case ("" or "core", "Service"):
                    Mesh(accepted, refused, reference, configuration.Services.FirstOrDefault(s => s.Namespace == scope && s.Name == reference.Name));
                    break;
                case ("networking.istio.io", "ServiceEntry"):
                    Mesh(accepted, refused, reference, configuration.ServiceEntries.FirstOrDefault(s => s.Namespace == scope && s.Name == reference.Name));
                    break;
                case (_, "Gateway" or "ListenerSet" or "XListenerSet"):
                    string kind = reference.Kind == "Gateway" ? "Gateway" : "ListenerSet";
                    Listeners(accepted, refused, route, reference, listeners.FindAll(l => l.ParentKind == kind && l.Key == new ObjectKey(scope, reference.Name)));
                    break;
                default:
                    refused.Add($"a parent of kind {reference.Kind} is for another controller");
                    break;
            }
        }

        return [.. accepted.OrderBy(static a => a.GatewayName, StringComparer.Ordinal)];
    }

    private void Mesh(List<RouteAttachment> accepted, List<string> refused, ParentReference reference, Resource? service)
    {
        if (service is null)
        {
            refused.Add($"its parent {reference.Kind} {reference.Name} does not exist");
        }
        else if (HasForeignWaypoint(service))
        {
            refused.Add($"its parent {reference.Kind} {reference.Name} is served by a waypoint of another controller");
        }
        else
        {
            accepted.Add(new RouteAttachment("mesh", reference, null, []));
        }
    }

    private bool HasForeignWaypoint(Resource service) =>
        WaypointReference.Of(service, configuration) is { } waypoint &&
        configuration.KubernetesGateways.FirstOrDefault(g => g.Key == waypoint) is { } gateway &&
        ListenerConverter.Controller(configuration, gateway.GatewayClassName) is not (ListenerConverter.MeshController or "");

    private static void Listeners(List<RouteAttachment> accepted, List<string> refused, GatewayApiRoute route, ParentReference reference, List<ListenerParent> of)
    {
        if (of.Count == 0)
        {
            refused.Add($"its parent {reference.Kind} {reference.Name} does not exist, or its class is not Istio's");
        }

        foreach (ListenerParent listener in of)
        {
            if (WhyNot(route, reference, listener) is { } why)
            {
                refused.Add($"listener {listener.Listener.Name} of {reference.Kind} {reference.Name} {why}");
                continue;
            }

            IEnumerable<string> rivals = of
                .Where(o => o != listener && o.Listener.Port == listener.Listener.Port && o.Listener.Protocol == listener.Listener.Protocol && o.Listener.Hostname != listener.Listener.Hostname)
                .Select(static o => o.Listener.Hostname);
            accepted.Add(new RouteAttachment(listener.Gateway.Key.ToString(), reference, listener, [.. rivals]));
        }
    }

    private static string? WhyNot(GatewayApiRoute route, ParentReference reference, ListenerParent listener)
    {
        if (reference.Port != 0 && reference.Port != listener.Listener.Port)
        {
            return $"has port {listener.Listener.Port}, not {reference.Port}";
        }

        if (reference.SectionName.Length > 0 && reference.SectionName != listener.Listener.Name)
        {
            return $"is not the section {reference.SectionName}";
        }

        List<(string Scope, string Host)> hosts = [.. listener.Hosts.Select(static h => (h[..h.IndexOf('/', StringComparison.Ordinal)], h[(h.IndexOf('/', StringComparison.Ordinal) + 1)..]))];
        IEnumerable<string> wanted = route.Hostnames.IsEmpty ? ["*"] : route.Hostnames;
        List<(string Scope, string Host)> common = hosts.FindAll(h => wanted.Any(w => HostName.Matches(h.Host, w)));
        if (common.Count == 0)
        {
            return $"serves {listener.Listener.Hostname}, which none of the route's hosts is";
        }

        if (!common.Exists(h => h.Scope == "*" || h.Scope == route.Namespace))
        {
            return $"admits no routes from namespace {route.Namespace}";
        }

        return listener.Kinds.Contains(route.RouteKind) ? null : $"admits no {route.RouteKind}";
    }

    private static string Text(ParentReference reference, string scope) =>
        $"{reference.Group}/{reference.Kind}/{reference.Name}/{reference.SectionName}/{reference.Port}.{(reference.Namespace.Length > 0 ? reference.Namespace : scope)}";
}
