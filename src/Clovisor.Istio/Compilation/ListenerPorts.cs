using System.Globalization;
using Clovisor.Istio.Hosts;

namespace Clovisor.Istio.Compilation;

/// <summary>
/// Which route tables the listeners of a sidecar ask for, without building the listeners. What came first on an address and port stays: a protocol in which
/// the server speaks first and any other do not share a listener, and the later one has none.
/// </summary>
internal sealed class ListenerPorts(MeshModel model)
{
    private const string Anywhere = "0.0.0.0";

    private readonly Dictionary<(string Address, int Port), MeshPort> _first = [];

    /// <summary>Gets the tables that a service's port adds, in the order of services.</summary>
    public IEnumerable<string> Tables(MeshService service, MeshPort port)
    {
        switch (port.Protocol)
        {
            case MeshProtocol.Udp:
                return [];
            case MeshProtocol.Http or MeshProtocol.HttpProxy:
                return Takes(Anywhere, port) ? [Number(port)] : [];
            default:
                bool detected = port.Protocol == MeshProtocol.Detected;
                IEnumerable<string> addresses = service is { IsKubernetes: true, IsHeadless: true } ? model.EndpointsOf(service, port.Number) : service.Addresses;
                bool own = false;
                foreach (string address in addresses)
                {
                    own |= Takes(address, port);
                }

                bool anywhere = (!service.Ranges.IsEmpty || (service.Addresses.IsEmpty && service is not { IsKubernetes: true, IsHeadless: true })) && Takes(Anywhere, port);
                return !detected ? [] : [.. own ? (string[])[$"{service.Host}:{port.Number}"] : [], .. anywhere ? (string[])[Number(port)] : []];
        }
    }

    /// <summary>Gets the tables of a port that an egress listener names: nothing else is on it.</summary>
    public static IEnumerable<string> TablesOfOwnListener(MeshService service, MeshPort port) => port.Protocol switch
    {
        MeshProtocol.Http or MeshProtocol.HttpProxy => [Number(port)],
        MeshProtocol.Detected when !service.Addresses.IsEmpty => [$"{service.Host}:{port.Number}"],
        _ => [],
    };

    private static string Number(MeshPort port) => port.Number.ToString(CultureInfo.InvariantCulture);

    private bool Takes(string address, MeshPort port) =>
        _first.TryAdd((address, port.Number), port) || _first[(address, port.Number)].SharesListenerWith(port);
}
