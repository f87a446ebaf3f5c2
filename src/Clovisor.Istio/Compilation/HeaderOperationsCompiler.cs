using System.Collections.Immutable;
using Clovisor.Istio.Resources;
using Clovisor.Istio.Routing;

namespace Clovisor.Istio.Compilation;

/// <summary>Orders header changes as Istio hands them to Envoy: all sets before all additions, each sorted by name; the authority apart.</summary>
internal static class HeaderOperationsCompiler
{
    public static Result Compile(HeaderOperations? operations)
    {
        if (operations is null)
        {
            return new Result(HeaderMutations.None, null);
        }

        var mutations = new HeaderMutations
        {
            RequestRemovals = Removals(operations.Request),
            RequestAdditions = Additions(operations.Request),
            ResponseRemovals = Removals(operations.Response),
            ResponseAdditions = Additions(operations.Response),
        };
        return new Result(mutations, Authority(operations.Request?.Set) ?? Authority(operations.Request?.Add));
    }

    public static bool IsAuthority(string name) => name.Equals("host", StringComparison.OrdinalIgnoreCase) || name.Equals(":authority", StringComparison.OrdinalIgnoreCase);

    private static ImmutableArray<string> Removals(HeaderChanges? changes) => changes is null ? [] : [.. changes.Remove.Where(IsOrdinary).Select(static n => n.ToLowerInvariant())];

    private static ImmutableArray<HeaderAddition> Additions(HeaderChanges? changes) => changes is null
        ? []
        : [.. Sorted(changes.Set, overwrites: true), .. Sorted(changes.Add, overwrites: false)];

    private static IEnumerable<HeaderAddition> Sorted(ImmutableDictionary<string, string> values, bool overwrites) => values
        .Where(static v => IsOrdinary(v.Key))
        .OrderBy(static v => v.Key, StringComparer.Ordinal)
        .Select(v => new HeaderAddition(v.Key.ToLowerInvariant(), v.Value, overwrites));

    private static bool IsOrdinary(string name) => !name.StartsWith(':') && !IsAuthority(name);

    private static string? Authority(ImmutableDictionary<string, string>? values) => values?
        .Where(static v => IsAuthority(v.Key))
        .OrderBy(static v => v.Key, StringComparer.Ordinal)
        .Select(static v => v.Value)
        .FirstOrDefault();

    internal readonly record struct Result(HeaderMutations Mutations, string? Authority);
}
