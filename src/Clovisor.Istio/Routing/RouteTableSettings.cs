using Clovisor.Istio.Resources;

namespace Clovisor.Istio.Routing;

/// <summary>How a proxy treats a request's path before it routes.</summary>
internal readonly record struct RouteTableSettings(PathNormalization Normalization, bool StripsFragments, RoutePatches Patches);
