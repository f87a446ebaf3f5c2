using Clovisor.Istio.Resources;
using Clovisor.Istio.Serialization;

namespace Clovisor.Istio.Validation;

internal static class GatewayValidator
{
    public static void Validate(Gateway resource, ErrorList errors)
    {
        _ = resource;
        _ = errors;
    }
}
