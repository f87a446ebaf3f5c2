using System.Collections.Immutable;

namespace Clovisor.Istio.Sources.Kubernetes;

/// <summary>The kinds that routing needs.</summary>
internal static class WatchedKinds
{
    private const string Networking = "networking.istio.io";
    private const string Gateway = "gateway.networking.k8s.io";

    private static readonly ImmutableArray<string> Grown = ["v1", "v1beta1", "v1alpha3"];

    /// <summary>Gets the kinds whose instances are objects of the mesh.</summary>
    public static ImmutableArray<WatchedKind> Of(ClusterRole role, string rootNamespace)
    {
        ImmutableArray<WatchedKind> all =
        [
            new("", ["v1"], "Namespace", "namespaces") { IsOfServices = true },
            new("", ["v1"], "Service", "services") { IsOfServices = true, StatusFields = ["loadBalancer"] },
            new("", ["v1"], "Pod", "pods") { IsOfServices = true, StatusFields = ["podIP", "podIPs"] },
            new("discovery.k8s.io", ["v1"], "EndpointSlice", "endpointslices") { IsOfServices = true },
            new("", ["v1"], "ConfigMap", "configmaps") { Namespace = rootNamespace, FieldSelector = "metadata.name=istio" },
            new(Networking, Grown, "VirtualService", "virtualservices"),
            new(Networking, Grown, "DestinationRule", "destinationrules"),
            new(Networking, Grown, "Gateway", "gateways"),
            new(Networking, Grown, "ServiceEntry", "serviceentries"),
            new(Networking, Grown, "WorkloadEntry", "workloadentries"),
            new(Networking, Grown, "Sidecar", "sidecars"),
            new(Networking, ["v1alpha3"], "EnvoyFilter", "envoyfilters"),
            new(Gateway, ["v1", "v1beta1"], "GatewayClass", "gatewayclasses"),
            new(Gateway, ["v1", "v1beta1"], "Gateway", "gateways"),
            new(Gateway, ["v1"], "ListenerSet", "listenersets"),
            new(Gateway, ["v1", "v1beta1"], "HTTPRoute", "httproutes"),
            new(Gateway, ["v1", "v1alpha2"], "GRPCRoute", "grpcroutes"),
            new(Gateway, ["v1", "v1alpha3", "v1alpha2"], "TLSRoute", "tlsroutes"),
            new(Gateway, ["v1", "v1alpha2"], "TCPRoute", "tcproutes"),
            new(Gateway, ["v1", "v1beta1"], "ReferenceGrant", "referencegrants"),
        ];
        return role == ClusterRole.Configuration ? all : [.. all.Where(static kind => kind.IsOfServices)];
    }

    /// <summary>Gets the definitions of kinds: one that appears may be one that was absent.</summary>
    public static WatchedKind Definitions { get; } = new("apiextensions.k8s.io", ["v1"], "CustomResourceDefinition", "customresourcedefinitions");

    /// <summary>Gets the secrets that hold kubeconfigs of further clusters.</summary>
    public static WatchedKind RemoteSecrets(string rootNamespace) =>
        new("", ["v1"], "Secret", "secrets") { Namespace = rootNamespace, LabelSelector = "istio/multiCluster=true" };
}
