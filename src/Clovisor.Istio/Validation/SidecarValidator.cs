using Clovisor.Istio.Resources;
using Clovisor.Istio.Serialization;

namespace Clovisor.Istio.Validation;

internal static class SidecarValidator
{
    public static void Validate(Sidecar resource, ErrorList errors)
    {
        _ = resource;
        _ = errors;
    }
}
