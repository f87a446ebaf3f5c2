using Clovisor.Istio.Resources;

namespace Clovisor.Istio.Serialization;

internal static class DestinationBinder
{
    public static Destination Bind(FieldReader r) => new()
    {
        Host = r.RequiredText("host"),
        Subset = r.Text("subset"),
        Port = r.Object("port", static p => new ServicePort { Number = p.Integer("number", 1, 65535) })?.Number ?? 0,
    };

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
