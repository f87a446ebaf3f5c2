using System.Text;
using Clovisor.Istio.Resources;

namespace Clovisor.Istio.GatewayApi.Conversion;

/// <summary>
/// Orders the rules that share a host, as the Gateway API demands. A rule before another has, in this order: 1. a match at all, 2. an exact path before
/// a prefix before a regular expression before none, 3. the longer path, 4. a method, 5. more headers, 6. more query parameters. Equals keep the order of their routes.
/// </summary>
internal sealed class RulePrecedence : IComparer<HttpRoute>
{
    public static RulePrecedence Instance { get; } = new();

    public int Compare(HttpRoute? x, HttpRoute? y)
    {
        HttpMatch? a = x!.Match.IsEmpty ? null : x.Match[0];
        HttpMatch? b = y!.Match.IsEmpty ? null : y.Match[0];
        if (a is null || b is null)
        {
            return (a is null).CompareTo(b is null);
        }

        int order = Rank(b).CompareTo(Rank(a));
        order = order != 0 ? order : Length(b).CompareTo(Length(a));
        order = order != 0 ? order : (a.Method is null).CompareTo(b.Method is null);
        order = order != 0 ? order : b.Headers.Count.CompareTo(a.Headers.Count);
        return order != 0 ? order : b.QueryParams.Count.CompareTo(a.QueryParams.Count);
    }

    private static int Rank(HttpMatch match) => match.Uri?.Kind switch
    {
        StringMatchKind.Exact => 3,
        StringMatchKind.Prefix => 2,
        StringMatchKind.Regex => 1,
        _ => -1,
    };

    private static int Length(HttpMatch match) => match.Uri is null ? 0 : Encoding.UTF8.GetByteCount(match.Uri.Value);
}
