using Clovisor.Istio.Resources;

namespace Clovisor.Istio.Serialization;

internal static class PortBinder
{
    public static ServicePort Bind(FieldReader r)
    {
        r.Ignore("targetPort");
        return new ServicePort
        {
            Number = r.Integer("number", 1, 65535),
            Name = r.Text("name"),
            Protocol = r.Text("protocol"),
        };
    }
}
