using System.Buffers;
using System.Collections.Immutable;
using Clovisor.Istio.Matching;
using Clovisor.Istio.Resources;

namespace Clovisor.Istio.Routing;

/// <summary>The routes of one proxy for one listener port.</summary>
/// <remarks>
/// Immutable; may be used by any number of threads at once. <see cref="Evaluate"/> allocates nothing, except for requests whose
/// path is longer than the stack allows.
/// </remarks>
public sealed class RouteTable
{
    private const int StackLimit = 1024;

    private readonly VirtualHostIndex _index;
    private readonly RouteTableSettings _settings;

    internal RouteTable(string name, int port, ImmutableArray<VirtualHost> virtualHosts, RouteTableSettings settings, ImmutableArray<DroppedRule> dropped, RouteTable? previous = null)
    {
        Name = name;
        Port = port;
        VirtualHosts = virtualHosts;
        Dropped = dropped;
        _settings = settings;
        _index = new VirtualHostIndex(virtualHosts, previous?._index);
        Fields = RequestFieldsCollector.Collect(virtualHosts);
    }

    /// <summary>Gets Envoy's name of the route configuration, such as <c>80</c> or <c>http.80</c>.</summary>
    public string Name { get; }

    /// <summary>Gets the listener port.</summary>
    public int Port { get; }

    /// <summary>Gets the virtual hosts.</summary>
    public ImmutableArray<VirtualHost> VirtualHosts { get; }

    /// <summary>Gets the rules that do not reach this table, with reasons.</summary>
    public ImmutableArray<DroppedRule> Dropped { get; }

    /// <summary>Gets the EnvoyFilters that change this table, or routes of it, in ways that are not evaluated.</summary>
    public ImmutableArray<ObjectKey> PatchedBy => _settings.Patches.Filters;

    /// <summary>Gets which parts of a request the table's rules look at.</summary>
    public RequestFields Fields { get; }

    internal RouteTableSettings Settings => _settings;

    /// <summary>
    /// Decides where a request goes. In this order: 1. a request that no proxy would route is refused, 2. the path is normalised,
    /// 3. the virtual host is selected by the authority without its port, 4. plain requests may be redirected to https,
    /// 5. the first route that matches is taken.
    /// </summary>
    /// <param name="request">The request's head.</param>
    /// <returns>The decision. Its details are computed when they are asked for.</returns>
    public RouteDecision Evaluate(in RouteRequest request)
    {
        ReadOnlySpan<char> target = request.Path;
        ReadOnlySpan<char> authority = request.Authority;
        if (!RequestTarget.TrySplit(ref target, ref authority, _settings.StripsFragments))
        {
            return new RouteDecision(this, request, null, null, RouteReason.BadRequest, DomainKind.None);
        }

        ReadOnlySpan<char> path = RequestTarget.PathOf(target);
        if (!PathNormalizer.MayChange(path, _settings.Normalization))
        {
            return Select(request, target, authority);
        }

        if (path.IndexOf("%00") >= 0)
        {
            // No path can be normalised with a null character in it.
            return new RouteDecision(this, request, null, null, RouteReason.BadRequest, DomainKind.None);
        }

        int room = PathNormalizer.RoomFor(path) + target.Length - path.Length;
        char[]? rented = room > StackLimit ? ArrayPool<char>.Shared.Rent(room) : null;
        Span<char> buffer = rented ?? stackalloc char[StackLimit];
        int length = RequestTarget.Normalize(target, buffer, _settings.Normalization);
        RouteDecision decision = Select(request, buffer[..length], authority);
        if (rented is not null)
        {
            ArrayPool<char>.Shared.Return(rented);
        }

        return decision;
    }

    /// <summary>Gets the path and query that routes are matched against and that is forwarded where no route rewrites it.</summary>
    internal string NormalizedTarget(in RouteRequest request)
    {
        ReadOnlySpan<char> target = request.Path;
        ReadOnlySpan<char> authority = request.Authority;
        RequestTarget.TrySplit(ref target, ref authority, _settings.StripsFragments);
        ReadOnlySpan<char> path = RequestTarget.PathOf(target);
        if (!PathNormalizer.MayChange(path, _settings.Normalization))
        {
            return target.ToString();
        }

        char[] buffer = new char[PathNormalizer.RoomFor(path) + target.Length];
        return new string(buffer, 0, RequestTarget.Normalize(target, buffer, _settings.Normalization));
    }

    /// <summary>Gets the authority that selects the virtual host.</summary>
    internal string AuthorityOf(in RouteRequest request)
    {
        ReadOnlySpan<char> target = request.Path;
        ReadOnlySpan<char> authority = request.Authority;
        RequestTarget.TrySplit(ref target, ref authority, _settings.StripsFragments);
        return authority.ToString();
    }

    private RouteDecision Select(in RouteRequest request, ReadOnlySpan<char> target, ReadOnlySpan<char> authority)
    {
        VirtualHost? host = _index.Find(authority, out DomainKind kind);
        if (host is null)
        {
            return new RouteDecision(this, request, null, null, RouteReason.NoVirtualHost, kind);
        }

        if (host.RequiresTls && !RequestTarget.IsForwardedByTls(request))
        {
            return new RouteDecision(this, request, host, null, RouteReason.HttpsRedirect, kind);
        }

        var view = new RequestView(request, target, authority, RequestTarget.SchemeOf(request));
        Route? route = host.Find(view);
        return new RouteDecision(this, request, host, route, route?.Reason ?? RouteReason.NoRuleMatched, kind);
    }
}
