using Clovisor.Istio.Resources;

namespace Clovisor.Istio.Serialization;

internal static class DestinationBinder
{
    public static Destination Bind(FieldReader r) => new()
    {
        Host = r.RequiredText("host"),
        Subset = r.Text("subset"),
        Port = r.Object("port", Port)?.Number ?? 0,
    };

    private static ServicePort Port(FieldReader r)
    {
        if (!r.Has("number"))
        {
            r.Error("number", "is missing; leave out the port as a whole for the service's only one");
        }

        return new ServicePort { Number = r.Integer("number", 1, 65535) };
    }

    public static HttpDestination Weighted(FieldReader r)
    {
        Destination? destination = r.Object("destination", Bind);
        if (destination is null && !r.Has("destination"))
        {
            r.Error("destination", "is missing");
        }

        return new HttpDestination
        {
            Destination = destination ?? new Destination { Host = "" },
            Weight = r.Integer("weight", 0, int.MaxValue),
            Headers = r.Object("headers", HeaderOperationsBinder.Bind),
        };
    }
}
