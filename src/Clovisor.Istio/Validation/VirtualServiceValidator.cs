using Clovisor.Istio.Resources;
using Clovisor.Istio.Serialization;

namespace Clovisor.Istio.Validation;

internal static class VirtualServiceValidator
{
    public static void Validate(VirtualService resource, ErrorList errors)
    {
        _ = resource;
        _ = errors;
    }
}
