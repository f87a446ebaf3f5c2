using Clovisor.Istio.Resources;

namespace Clovisor.Istio.Serialization;

internal static class HeaderOperationsBinder
{
    public static HeaderOperations Bind(FieldReader r) => new()
    {
        Request = r.Object("request", Changes),
        Response = r.Object("response", Changes),
    };

    private static HeaderChanges Changes(FieldReader r) => new()
    {
        Set = r.TextMap("set"),
        Add = r.TextMap("add"),
        Remove = r.Texts("remove"),
    };
}
