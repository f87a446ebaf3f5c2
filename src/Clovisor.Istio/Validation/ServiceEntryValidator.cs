using Clovisor.Istio.Resources;
using Clovisor.Istio.Serialization;

namespace Clovisor.Istio.Validation;

internal static class ServiceEntryValidator
{
    public static void Validate(ServiceEntry resource, ErrorList errors)
    {
        _ = resource;
        _ = errors;
    }
}
