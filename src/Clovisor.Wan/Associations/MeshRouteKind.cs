namespace Clovisor.Wan.Associations;

/// <summary>The kind of resource that holds a mesh route rule.</summary>
public enum MeshRouteKind
{
    /// <summary>Istio's VirtualService. Meant when a reference names no kind.</summary>
    VirtualService,

    /// <summary>The Gateway API's HTTPRoute, written <c>HTTPRoute:</c> in front of a reference.</summary>
    HttpRoute,

    /// <summary>The Gateway API's GRPCRoute, written <c>GRPCRoute:</c> in front of a reference.</summary>
    GrpcRoute,
}
