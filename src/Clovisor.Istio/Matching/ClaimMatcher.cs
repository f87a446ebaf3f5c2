using Clovisor.Istio.Routing;
using Clovisor.Istio.Validation;

namespace Clovisor.Istio.Matching;

/// <summary>The condition of a route on a claim of a verified token. A claim that is a list fits when one of its texts does; one that is missing, or neither, does not.</summary>
internal sealed class ClaimMatcher(string name, StringMatcher matcher, bool inverted)
{
    private readonly StringMatcher _matcher = matcher;

    /// <summary>Gets the name as written, such as <c>@request.auth.claims.groups</c>.</summary>
    public string Name { get; } = name;

    /// <summary>Gets the way to the claim, its parts joined by a null character.</summary>
    public string Path { get; } = PathOf(name);

    public bool IsMatch(RequestClaims? claims)
    {
        bool fits = false;
        if (claims is not null)
        {
            foreach (string value in claims.At(Path))
            {
                if (_matcher.IsMatch(value))
                {
                    fits = true;
                    break;
                }
            }
        }

        return fits != inverted;
    }

    public override string ToString() => $"claim {Path.Replace(RequestClaims.Separator, '.')} {(inverted ? "not " : "")}{_matcher}";

    // .a.b or [a][b]; the second form allows dots in names.
    private static string PathOf(string name)
    {
        string rest = name[NameRules.ClaimPrefix.Length..];
        return rest.StartsWith('[')
            ? rest.Trim('[', ']').Replace("][", $"{RequestClaims.Separator}", StringComparison.Ordinal)
            : rest.TrimStart('.').Replace('.', RequestClaims.Separator);
    }
}
