using Clovisor.Istio.Resources;
using Clovisor.Istio.Serialization;

namespace Clovisor.Istio.Validation;

internal static class DestinationRuleValidator
{
    public static void Validate(DestinationRule resource, ErrorList errors)
    {
        _ = resource;
        _ = errors;
    }
}
