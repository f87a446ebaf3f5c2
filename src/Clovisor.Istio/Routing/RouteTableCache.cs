using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Clovisor.Istio.Compilation;

namespace Clovisor.Istio.Routing;

/// <summary>
/// The route tables of one configuration: compiled when they are first asked for, and made from those of the former configuration where
/// that differs a little. A table whose inputs did not change is the same instance as before.
/// </summary>
/// <remarks>
/// The tables are those that <see cref="RouteCompiler"/> compiles from nothing. May be used from any thread; a table that two threads ask
/// for at once is compiled once. A cache keeps nothing of its predecessors but the tables that were asked for in the last 16 configurations.
/// </remarks>
public sealed class RouteTableCache
{
    // A table that nobody wants any more goes with the proxy that wanted it.
    private const int LongestIdle = 16;

    private readonly RouteCompiler _compiler;
    private readonly ConcurrentDictionary<TableKey, Lazy<Entry>> _tables = new();
    private readonly Dictionary<TableKey, Entry> _former = [];

    /// <summary>Initializes a new instance of the <see cref="RouteTableCache"/> class.</summary>
    /// <param name="configuration">The configuration, which must have been read without errors.</param>
    public RouteTableCache(IstioConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        Configuration = configuration;
        _compiler = new RouteCompiler(configuration);
    }

    private RouteTableCache(IstioConfiguration configuration, RouteTableCache previous)
    {
        Configuration = configuration;
        _compiler = new RouteCompiler(configuration, previous._compiler);
        foreach ((TableKey key, Entry entry) in previous._former.Where(static f => f.Value.Idle < LongestIdle))
        {
            _former[key] = entry with { Idle = entry.Idle + 1 };
        }

        foreach ((TableKey key, Lazy<Entry> entry) in previous._tables.Where(static t => t.Value.IsValueCreated))
        {
            _former[key] = entry.Value;
        }
    }

    /// <summary>Gets the configuration that the tables are compiled from.</summary>
    public IstioConfiguration Configuration { get; }

    /// <summary>Makes the cache of a newer configuration, which takes over what both have in common.</summary>
    /// <param name="configuration">The newer configuration. Objects that did not change must be the same instances, or they count as changed.</param>
    /// <returns>A new cache; this one stays valid. It is this one when the configuration is the same instance.</returns>
    public RouteTableCache Next(IstioConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return ReferenceEquals(configuration, Configuration) ? this : new RouteTableCache(configuration, this);
    }

    /// <summary>Gets the table for plain HTTP on a port.</summary>
    /// <param name="proxy">The proxy.</param>
    /// <param name="port">The port: of a service for a sidecar, of a server for a gateway.</param>
    /// <returns>The table, or null when the proxy has no HTTP listener for the port.</returns>
    public RouteTable? GetTable(IstioProxy proxy, int port)
    {
        ArgumentNullException.ThrowIfNull(proxy);
        return GetTable(proxy, RouteCompiler.TableName(proxy, port));
    }

    /// <summary>Gets a table by name.</summary>
    /// <param name="proxy">The proxy.</param>
    /// <param name="table">Envoy's name of the table: <c>80</c> or <c>host:80</c> for a sidecar, <c>http.80</c> or <c>https.443.…</c> for a gateway.</param>
    /// <returns>The table, or null when the proxy has none of the name.</returns>
    public RouteTable? GetTable(IstioProxy proxy, string table)
    {
        ArgumentNullException.ThrowIfNull(proxy);
        ArgumentNullException.ThrowIfNull(table);
        return _tables.GetOrAdd(new TableKey(proxy, table), static (key, cache) => new Lazy<Entry>(() => cache.Compile(key)), this).Value.Table;
    }

    /// <summary>Gets the names of all tables of a proxy, sorted.</summary>
    /// <param name="proxy">The proxy.</param>
    /// <returns>The names that <see cref="GetTable(IstioProxy, string)"/> takes.</returns>
    public ImmutableArray<string> GetTableNames(IstioProxy proxy)
    {
        ArgumentNullException.ThrowIfNull(proxy);
        return _compiler.GetTableNames(proxy);
    }

    private Entry Compile(TableKey key)
    {
        var memo = new TableMemo(_former.GetValueOrDefault(key)?.Memo);
        RouteTable? table = _compiler.Compile(key.Proxy, key.Table, memo);
        return new Entry(table, table is null ? null : memo, 0);
    }

    private sealed record Entry(RouteTable? Table, TableMemo? Memo, int Idle);

    /// <summary>A proxy and a table's name. Labels are compared by content.</summary>
    private readonly struct TableKey(IstioProxy proxy, string table) : IEquatable<TableKey>
    {
        public IstioProxy Proxy { get; } = proxy;

        public string Table { get; } = table;

        public bool Equals(TableKey other) => Table == other.Table && (Proxy == other.Proxy || SameProxy(Proxy, other.Proxy));

        public override bool Equals([NotNullWhen(true)] object? obj) => obj is TableKey other && Equals(other);

        public override int GetHashCode() => HashCode.Combine(Table, Proxy.Kind, Proxy.Namespace);

        private static bool SameProxy(IstioProxy a, IstioProxy b) =>
            a with { Labels = b.Labels } == b && a.Labels.Count == b.Labels.Count && a.HasLabels(b.Labels);
    }
}
