using Clovisor.Istio.Resources;

namespace Clovisor.Istio.GatewayApi.Conversion;

/// <summary>Finds the service that a backend reference means.</summary>
internal sealed class BackendResolver(IstioConfiguration configuration)
{
    /// <summary>Resolves a reference.</summary>
    /// <param name="backend">The reference.</param>
    /// <param name="route">The route that has it.</param>
    /// <param name="enforceGrants">Whether references into other namespaces need a grant: at gateways they do, in the mesh not.</param>
    /// <param name="error">Why the reference leads nowhere, or null.</param>
    /// <returns>
    /// The destination, with an empty host where the reference is not allowed or of an unknown kind: such a share of the requests is answered with an error.
    /// Null: the reference cannot be read at all, and the route falls out whole.
    /// </returns>
    public Destination? Resolve(BackendReference backend, GatewayApiRoute route, bool enforceGrants, out string? error)
    {
        string scope = backend.Namespace.Length > 0 ? backend.Namespace : route.Namespace;
        if (enforceGrants && scope != route.Namespace && !IsGranted(backend, scope, route))
        {
            error = $"backend {backend.Kind} {scope}/{backend.Name} is in another namespace, and no ReferenceGrant there allows {route.RouteKind}s of {route.Namespace}";
            return new Destination { Host = "" };
        }

        string host;
        bool exists;
        switch (backend.Group, backend.Kind)
        {
            case ("" or "core", "Service") or ("multicluster.x-k8s.io", "ServiceImport"):
                if (backend.Name.Contains('.', StringComparison.Ordinal))
                {
                    error = $"backend \"{backend.Name}\" is a host name; a Service is named by its name alone";
                    return null;
                }

                host = $"{backend.Name}.{scope}.svc.{configuration.Mesh.ClusterDomain}";
                exists = configuration.Services.Any(s => s.Name == backend.Name && s.Namespace == scope);
                break;
            case ("networking.istio.io", "Hostname"):
                host = backend.Name;
                exists = configuration.ServiceEntries.Any(e => e.Hosts.Contains(host)) ||
                    configuration.Services.Any(s => $"{s.Name}.{s.Namespace}.svc.{configuration.Mesh.ClusterDomain}" == host);
                break;
            default:
                error = $"a backend of kind {backend.Kind} is not supported";
                return new Destination { Host = "" };
        }

        if (backend.Port == 0)
        {
            error = $"backend {backend.Name} has no port";
            return null;
        }

        error = exists ? null : $"backend {host} does not exist";
        return new Destination { Host = host, Port = backend.Port };
    }

    private bool IsGranted(BackendReference backend, string scope, GatewayApiRoute route) => configuration.ReferenceGrants.Any(g =>
        g.Namespace == scope &&
        g.From.Any(f => f.Group == "gateway.networking.k8s.io" && f.ReferringKind == route.RouteKind && f.Namespace == route.Namespace) &&
        g.To.Any(t => t.Group == backend.Group && t.TargetKind == backend.Kind && (t.Name.Length == 0 || t.Name == backend.Name)));
}
