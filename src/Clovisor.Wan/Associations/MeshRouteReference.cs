using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Clovisor.Wan.Associations;

/// <summary>
/// Names mesh route rules by text: <c>[HTTPRoute:|GRPCRoute:]namespace/name/route[.match]</c>. <c>route</c> and <c>match</c> are each a name
/// or <c>#index</c> from 0; a route of <c>*</c> means any.
/// </summary>
/// <remarks>
/// <para>
/// Neither namespace nor name contains a slash, so the first two slashes end them; the rest may contain anything. Names may
/// contain dots, and a mesh joins the names of route and match by a dot: <c>a.b</c> therefore means the route <c>a.b</c>, and the match
/// <c>b</c> of the route <c>a</c>, whichever the resource has. Where it has both, an index says which one is meant.
/// </para>
/// <para>Immutable; equal when the canonical texts are equal.</para>
/// </remarks>
public sealed record MeshRouteReference
{
    private static readonly (string Prefix, MeshRouteKind Kind)[] Prefixes =
    [
        ("VirtualService:", MeshRouteKind.VirtualService), ("HTTPRoute:", MeshRouteKind.HttpRoute), ("GRPCRoute:", MeshRouteKind.GrpcRoute),
    ];

    private MeshRouteReference(MeshRouteKind kind, string @namespace, string name, string route)
    {
        Kind = kind;
        Namespace = @namespace;
        Name = name;
        Route = route;
    }

    /// <summary>The kind of resource.</summary>
    public MeshRouteKind Kind { get; }

    /// <summary>The namespace of the resource.</summary>
    public string Namespace { get; }

    /// <summary>The name of the resource.</summary>
    public string Name { get; }

    /// <summary>What follows the second slash: <c>*</c>, or a route with or without a match.</summary>
    public string Route { get; }

    /// <summary>Reads a reference.</summary>
    /// <param name="text">The text.</param>
    /// <param name="reference">The reference; null when the text is none.</param>
    /// <param name="error">What is wrong with the text and what to write; null when nothing is.</param>
    /// <returns>Whether the text is a reference.</returns>
    public static bool TryParse(
        string text, [NotNullWhen(true)] out MeshRouteReference? reference, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(text);
        reference = null;

        (string prefix, MeshRouteKind kind) = Array.Find(Prefixes, known => text.StartsWith(known.Prefix, StringComparison.Ordinal));
        string[] parts = text[(prefix?.Length ?? 0)..].Split('/', 3);
        error = parts switch
        {
            [{ Length: 0 }, ..] => "the namespace is empty",
            [var first, ..] when first.Contains(':', StringComparison.Ordinal) =>
                $"'{first[..first.IndexOf(':', StringComparison.Ordinal)]}' is not a known kind; known are VirtualService, HTTPRoute and GRPCRoute",
            [_, { Length: 0 }, ..] => "the name is empty",
            [_, _, var route] => CheckRoute(route),
            _ => "it has " + (parts.Length == 1 ? "no slash" : "one slash") + " and needs two",
        };
        if (error is not null)
        {
            error = $"'{text}' is not a mesh route: {error}. Write namespace/name/route[.match], with HTTPRoute: or GRPCRoute: in front for one of those, "
                + "route and match each a name or #index from 0, or * for any route.";
            return false;
        }

        string canonical = parts[2].EndsWith(".*", StringComparison.Ordinal) ? parts[2][..^2] : parts[2];
        reference = new MeshRouteReference(kind, parts[0], parts[1], canonical);
        return true;
    }

    /// <summary>Reads a reference that is known to be one.</summary>
    /// <exception cref="FormatException">The text is not a reference; the message says why.</exception>
    public static MeshRouteReference Parse(string text) =>
        TryParse(text, out MeshRouteReference? reference, out string? error) ? reference : throw new FormatException(error);

    /// <summary>Says whether a route is meant, and how closely. Does not allocate.</summary>
    public RouteSpecificity Matches(in MeshRoute route)
    {
        if (route.Kind != Kind || route.Namespace != Namespace || route.Name != Name)
        {
            return RouteSpecificity.None;
        }

        if (Route == "*")
        {
            return RouteSpecificity.AnyRoute;
        }

        RouteSpecificity byName = route.RouteName is null
            ? RouteSpecificity.None
            : MatchRoute(route.RouteName, RouteSpecificity.RouteByName, route);
        if (byName != RouteSpecificity.None)
        {
            return byName;
        }

        Span<char> index = stackalloc char[12];
        index[0] = '#';
        route.RouteIndex.TryFormat(index[1..], out int written, default, CultureInfo.InvariantCulture);
        return MatchRoute(index[..(written + 1)], RouteSpecificity.RouteByIndex, route);
    }

    /// <summary>The canonical text: without the kind VirtualService, without a match of <c>*</c>.</summary>
    public override string ToString() => $"{PrefixOf(Kind)}{Namespace}/{Name}/{Route}";

    private static string PrefixOf(MeshRouteKind kind) => kind == MeshRouteKind.VirtualService ? "" : Array.Find(Prefixes, known => known.Kind == kind).Prefix;

    private RouteSpecificity MatchRoute(ReadOnlySpan<char> routeText, RouteSpecificity whole, in MeshRoute route)
    {
        ReadOnlySpan<char> mine = Route;
        if (!mine.StartsWith(routeText, StringComparison.Ordinal))
        {
            return RouteSpecificity.None;
        }

        if (mine.Length == routeText.Length)
        {
            return whole;
        }

        if (mine[routeText.Length] != '.')
        {
            return RouteSpecificity.None;
        }

        ReadOnlySpan<char> match = mine[(routeText.Length + 1)..];
        if (route.MatchName is not null && match.SequenceEqual(route.MatchName))
        {
            return RouteSpecificity.MatchByName;
        }

        return match[0] == '#'
            && int.TryParse(match[1..], NumberStyles.None, CultureInfo.InvariantCulture, out int index)
            && index == route.MatchIndex
            ? RouteSpecificity.MatchByIndex
            : RouteSpecificity.None;
    }

    private static string? CheckRoute(string route)
    {
        if (route.Length == 0)
        {
            return "the route is empty";
        }

        if (route.StartsWith("*.", StringComparison.Ordinal) && route != "*.*")
        {
            return "a match needs a route: '*' stands for all of them and takes none";
        }

        int dot = route.IndexOf('.', StringComparison.Ordinal);
        string first = dot < 0 ? route : route[..dot];
        if (first.StartsWith('#') && !int.TryParse(first.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            return $"'{first}' is not an index; an index is # and digits";
        }

        return route.EndsWith('.') ? "the match after the last dot is empty" : null;
    }
}
