using System.Collections.Frozen;
using System.Collections.Immutable;
using Clovisor.Istio.Matching;
using Clovisor.Istio.Resources;

namespace Clovisor.Istio.Routing;

/// <summary>
/// Finds the first route that matches without trying all of them. Each route is filed under one condition that is cheap to look
/// up: an exact path, a path prefix or an exact header, whichever the fewest routes share. The rest is tried always.
/// </summary>
/// <remarks>Invariant: the answer is that of trying the routes in order. A request looks at every file that can hold a match.</remarks>
internal sealed class RouteIndex
{
    // Below this a list is as fast.
    private const int Smallest = 12;

    private readonly ImmutableArray<Route> _routes;
    private readonly FrozenDictionary<string, int[]>.AlternateLookup<ReadOnlySpan<char>>? _paths;
    private readonly PrefixFile[] _prefixes;
    private readonly HeaderFile[] _headers;
    private readonly int[] _always;

    private RouteIndex(ImmutableArray<Route> routes)
    {
        _routes = routes;
        var files = new Dictionary<FileKey, List<int>>();
        Dictionary<FileKey, int> sharing = routes.SelectMany(KeysOf).CountBy(static k => k).ToDictionary();
        for (int i = 0; i < routes.Length; i++)
        {
            FileKey key = KeysOf(routes[i]).DefaultIfEmpty(FileKey.Always).MinBy(k => sharing.GetValueOrDefault(k));
            if (!files.TryGetValue(key, out List<int>? file))
            {
                files[key] = file = [];
            }

            file.Add(i);
        }

        _always = files.GetValueOrDefault(FileKey.Always)?.ToArray() ?? [];
        FrozenDictionary<string, int[]> paths = Lookup(files.Where(static f => f.Key.Kind == FileKind.Path));
        _paths = paths.Count == 0 ? null : paths.GetAlternateLookup<ReadOnlySpan<char>>();
        _prefixes = [.. files.Where(static f => f.Key.Kind == FileKind.Prefix).GroupBy(static f => f.Key.Text.Length)
            .Select(static g => new PrefixFile(g.Key, Lookup(g).GetAlternateLookup<ReadOnlySpan<char>>()))];
        _headers = [.. files.Where(static f => f.Key.Kind == FileKind.Header).GroupBy(static f => f.Key.Header)
            .Select(static g => new HeaderFile(g.Key, FieldOf(g.Key), Lookup(g).GetAlternateLookup<ReadOnlySpan<char>>()))];
    }

    /// <summary>Builds the index, or nothing where a list does as well.</summary>
    public static RouteIndex? Build(ImmutableArray<Route> routes) => routes.Length < Smallest ? null : new RouteIndex(routes);

    /// <summary>Gets the position of the first route that matches, or -1. Allocates nothing.</summary>
    public int Find(in RequestView request)
    {
        int best = _routes.Length;
        Try(_always, request, ref best);
        if (_paths is { } paths && paths.TryGetValue(request.Path, out int[]? exact))
        {
            Try(exact, request, ref best);
        }

        foreach (PrefixFile file in _prefixes)
        {
            if (request.Path.Length >= file.Length && file.Routes.TryGetValue(request.Path[..file.Length], out int[]? routes))
            {
                Try(routes, request, ref best);
            }
        }

        foreach (HeaderFile file in _headers)
        {
            Try(file, request, ref best);
        }

        return best == _routes.Length ? -1 : best;
    }

    private void Try(HeaderFile file, in RequestView request, ref int best)
    {
        if (file.Field != HeaderField.Named)
        {
            if (file.Routes.TryGetValue(request.ValueOf(file.Field), out int[]? routes))
            {
                Try(routes, request, ref best);
            }

            return;
        }

        for (int at = request.Find(file.Name, 0); at >= 0; at = request.Find(file.Name, at + 1))
        {
            if (file.Routes.TryGetValue(request.ValueAt(at), out int[]? routes))
            {
                Try(routes, request, ref best);
            }
        }
    }

    private void Try(int[] candidates, in RequestView request, ref int best)
    {
        foreach (int candidate in candidates)
        {
            if (candidate >= best)
            {
                return;
            }

            if (_routes[candidate].IsMatch(request))
            {
                best = candidate;
                return;
            }
        }
    }

    private static IEnumerable<FileKey> KeysOf(Route route)
    {
        if (!route.Path.IgnoresCase && route.Path.Kind == StringMatchKind.Exact)
        {
            yield return new FileKey(FileKind.Path, "", route.Path.Value);
        }
        else if (!route.Path.IgnoresCase && route.Path.Kind == StringMatchKind.Prefix)
        {
            yield return new FileKey(FileKind.Prefix, "", route.Path.Value);
        }

        foreach (HeaderMatcher header in route.HeaderMatchers.ToArray())
        {
            // What the proxy fills in where the client sent nothing is not found by looking at what was sent.
            if (header.ExactValue is { } value && header.Field != HeaderField.ForwardedProto)
            {
                yield return new FileKey(FileKind.Header, header.Name == "host" ? ":authority" : header.Name, value);
            }
        }
    }

    private static HeaderField FieldOf(string name) => new HeaderMatcher(name, default, inverted: false).Field;

    private static FrozenDictionary<string, int[]> Lookup(IEnumerable<KeyValuePair<FileKey, List<int>>> files) =>
        files.ToFrozenDictionary(static f => f.Key.Text, static f => f.Value.ToArray(), StringComparer.Ordinal);

    private enum FileKind
    {
        Always,
        Path,
        Prefix,
        Header,
    }

    private readonly record struct FileKey(FileKind Kind, string Header, string Text)
    {
        public static FileKey Always { get; } = new(FileKind.Always, "", "");
    }

    private readonly record struct PrefixFile(int Length, FrozenDictionary<string, int[]>.AlternateLookup<ReadOnlySpan<char>> Routes);

    private readonly record struct HeaderFile(string Name, HeaderField Field, FrozenDictionary<string, int[]>.AlternateLookup<ReadOnlySpan<char>> Routes);
}
