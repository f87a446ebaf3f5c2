using System.Collections.Immutable;
using System.Globalization;
using Clovisor.Istio.Compilation;
using Clovisor.Istio.Connections;
using Clovisor.Istio.Hosts;

namespace Clovisor.Istio.Routing;

/// <summary>Compiles a configuration into the route tables of proxies, as Istio's control plane does.</summary>
/// <remarks>
/// Half of the conditions of a rule are decided here and not at a request: gateways, port, source labels and namespace, exports
/// and Sidecar scopes. The compiler holds the configuration prepared: use one for all proxies and ports of a snapshot.
/// May be used from several threads.
/// </remarks>
public sealed class RouteCompiler
{
    private readonly MeshModel _model;

    /// <summary>Initializes a new instance of the <see cref="RouteCompiler"/> class.</summary>
    /// <param name="configuration">The configuration, which must have been read without errors.</param>
    public RouteCompiler(IstioConfiguration configuration)
        : this(configuration, null)
    {
    }

    /// <summary>Initializes a new instance that takes over what another one prepared, as far as it still holds.</summary>
    internal RouteCompiler(IstioConfiguration configuration, RouteCompiler? previous) => _model = new MeshModel(configuration, previous?._model);

    /// <summary>Compiles one table.</summary>
    /// <param name="configuration">The configuration.</param>
    /// <param name="proxy">The proxy.</param>
    /// <param name="port">The port: of a service for a sidecar, of a server for a gateway.</param>
    /// <returns>The table, or null when the proxy has no HTTP listener for the port.</returns>
    public static RouteTable? Compile(IstioConfiguration configuration, IstioProxy proxy, int port) => new RouteCompiler(configuration).Compile(proxy, port);

    /// <summary>Compiles one table.</summary>
    /// <param name="configuration">The configuration.</param>
    /// <param name="proxy">The proxy.</param>
    /// <param name="table">Envoy's name of the table.</param>
    /// <returns>The table, or null when the proxy has none of the name.</returns>
    public static RouteTable? Compile(IstioConfiguration configuration, IstioProxy proxy, string table) => new RouteCompiler(configuration).Compile(proxy, table);

    /// <summary>Compiles the table for plain HTTP on a port.</summary>
    /// <param name="proxy">The proxy.</param>
    /// <param name="port">The port: of a service for a sidecar, of a server for a gateway.</param>
    /// <returns>The table, or null when the proxy has no HTTP listener for the port.</returns>
    public RouteTable? Compile(IstioProxy proxy, int port) => Compile(proxy, TableName(proxy, port));

    /// <summary>Compiles a table by name.</summary>
    /// <param name="proxy">The proxy.</param>
    /// <param name="table">Envoy's name of the table: <c>80</c> or <c>host:80</c> for a sidecar, <c>http.80</c> or <c>https.443.…</c> for a gateway, <c>inbound-vip|80|http|host</c> for a waypoint.</param>
    /// <returns>The table, or null when the proxy has none of the name.</returns>
    public RouteTable? Compile(IstioProxy proxy, string table) => Compile(proxy, table, new TableMemo(null));

    /// <summary>Compiles a table by name, and takes over what the memo holds of the last time.</summary>
    internal RouteTable? Compile(IstioProxy proxy, string table, TableMemo memo) => proxy.Kind switch
    {
        ProxyKind.Gateway => new GatewayTableCompiler(_model, proxy, memo).Compile(table),
        ProxyKind.Waypoint => new WaypointCompiler(_model, proxy).Compile(table),
        _ => new SidecarTableCompiler(_model, proxy, memo).Compile(table),
    };

    /// <summary>Gets the names of all tables of a proxy, sorted.</summary>
    /// <param name="proxy">The proxy.</param>
    /// <returns>The names that <see cref="Compile(IstioProxy, string)"/> takes.</returns>
    public ImmutableArray<string> GetTableNames(IstioProxy proxy) => proxy.Kind switch
    {
        ProxyKind.Gateway => [.. new GatewayTableCompiler(_model, proxy, new TableMemo(null)).TableNames()],
        ProxyKind.Waypoint => [.. new WaypointCompiler(_model, proxy).TableNames()],
        _ => [.. new SidecarTableCompiler(_model, proxy, new TableMemo(null)).TableNames()],
    };

    /// <summary>Compiles the listeners of a port, for connections that are not HTTP.</summary>
    /// <param name="proxy">The proxy.</param>
    /// <param name="port">The port that clients connect to: of a service for a sidecar; for a gateway the one that its pods listen on.</param>
    /// <returns>The listeners; for a sidecar there is always what becomes of unknown destinations.</returns>
    public ConnectionTable CompileConnections(IstioProxy proxy, int port) => proxy.Kind switch
    {
        ProxyKind.Gateway => new GatewayListenerCompiler(_model, proxy).Compile(port),
        ProxyKind.Waypoint => new WaypointCompiler(_model, proxy).CompileConnections(port),
        _ => new SidecarListenerCompiler(_model, proxy).Compile(port),
    };

    /// <summary>
    /// Says whether a proxy has the cluster that a destination names: the service and its port exist and are visible to the proxy, and so is a DestinationRule with the subset. Where it is missing
    /// the proxy answers requests with 503, or 500 where the route was made from the Gateway API (<see cref="Route.Origin"/>), and closes connections.
    /// </summary>
    /// <param name="proxy">The proxy.</param>
    /// <param name="destination">A destination of one of the proxy's routes or filter chains.</param>
    /// <returns>True when the cluster exists. Whether anything is behind it is another question.</returns>
    public bool HasCluster(IstioProxy proxy, RouteDestination destination)
    {
        if (destination.Host.Length == 0)
        {
            return destination.Cluster is "PassthroughCluster" or "BlackHoleCluster";
        }

        MeshService? service = _model.Registry.Find(destination.Host, proxy.Namespace, proxy.Namespace);
        return service?.PortAt(destination.Port) is not null && (destination.Subset.Length == 0 || _model.SubsetsOf(service, proxy).Contains(destination.Subset));
    }

    /// <summary>Gets the ports that a proxy has listeners for, in order.</summary>
    /// <param name="proxy">The proxy.</param>
    /// <returns>The ports that <see cref="CompileConnections"/> takes.</returns>
    public ImmutableArray<int> GetListenerPorts(IstioProxy proxy) => proxy.Kind switch
    {
        ProxyKind.Gateway => [.. new GatewayListenerCompiler(_model, proxy).Ports()],
        ProxyKind.Waypoint => [.. new WaypointCompiler(_model, proxy).Ports()],
        _ => [.. new SidecarListenerCompiler(_model, proxy).Ports()],
    };

    /// <summary>Gets the name of the table for plain HTTP on a port.</summary>
    internal static string TableName(IstioProxy proxy, int port)
    {
        string number = port.ToString(CultureInfo.InvariantCulture);
        return proxy.Kind == ProxyKind.Gateway ? $"http.{number}" : number;
    }
}
