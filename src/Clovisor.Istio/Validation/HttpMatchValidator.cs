using System.Collections.Immutable;
using Clovisor.Istio.Resources;
using Clovisor.Istio.Serialization;

namespace Clovisor.Istio.Validation;

/// <summary>Checks one match of an HTTP rule.</summary>
internal static class HttpMatchValidator
{
    public static void Validate(HttpMatch match, string path, bool mesh, ErrorList errors)
    {
        CommonRules.Match(match.Uri, match.Line, $"{path}.uri", errors, emptyPrefixAllowed: true);
        CommonRules.Match(match.Scheme, match.Line, $"{path}.scheme", errors);
        CommonRules.Match(match.Method, match.Line, $"{path}.method", errors);
        CommonRules.Match(match.Authority, match.Line, $"{path}.authority", errors);
        Headers(match.Headers, match.Line, $"{path}.headers", mesh, starAllowed: false, errors);
        Headers(match.WithoutHeaders, match.Line, $"{path}.withoutHeaders", mesh, starAllowed: true, errors);
        foreach ((string name, StringMatch value) in match.QueryParams)
        {
            CommonRules.Match(value, match.Line, $"{path}.queryParams[{name}]", errors);
        }

        CommonRules.Labels(match.SourceLabels, match.Line, $"{path}.sourceLabels", errors);
        CommonRules.Gateways(match.Gateways, match.Line, $"{path}.gateways", errors);
        if (match.SourceNamespace.Length > 0 && !NameRules.IsDnsLabel(match.SourceNamespace))
        {
            errors.Add(match.Line, $"{path}.sourceNamespace", $"\"{match.SourceNamespace}\" is not a namespace");
        }
    }

    private static void Headers(ImmutableDictionary<string, StringMatch> headers, int line, string path, bool mesh, bool starAllowed, ErrorList errors)
    {
        foreach ((string name, StringMatch value) in headers)
        {
            string field = $"{path}[{name}]";
            if (NameRules.IsClaim(name))
            {
                if (mesh)
                {
                    errors.Add(line, field, "asks for a claim of a token, which gateways alone know; bind the object to gateways only");
                }
            }
            else if (!NameRules.IsToken(name.StartsWith(':') ? name[1..] : name))
            {
                errors.Add(line, field, "is not the name of a header");
            }

            CommonRules.Match(value, line, field, errors, starAllowed: starAllowed);
        }
    }
}
