using System.Collections.Immutable;
using Clovisor.Istio.Compilation;
using Clovisor.Istio.Resources;
using Clovisor.Istio.Serialization;

namespace Clovisor.Istio.Validation;

/// <summary>Checks one HTTP rule: which actions go together, and each of its parts.</summary>
internal static class HttpRouteValidator
{
    public static void Validate(HttpRoute rule, string path, bool isDelegate, bool mesh, ErrorList errors)
    {
        Actions(rule, path, isDelegate, errors);
        for (int i = 0; i < rule.Match.Length; i++)
        {
            HttpMatchValidator.Validate(rule.Match[i], $"{path}.match[{i}]", mesh, errors);
        }

        HeaderOperationsValidator.Validate(rule.Headers, rule.Line, $"{path}.headers", errors);
        Authority(rule, path, errors);
        Destinations(rule, path, errors);
        HttpActionValidator.Redirect(rule, path, errors);
        HttpActionValidator.Rewrite(rule, path, errors);
        HttpActionValidator.DirectResponse(rule, path, errors);
        HttpActionValidator.Retries(rule, path, errors);
        HttpActionValidator.Cors(rule, path, errors);
    }

    private static void Actions(HttpRoute rule, string path, bool isDelegate, ErrorList errors)
    {
        if (rule.Delegate is not null)
        {
            if (isDelegate)
            {
                errors.Add(rule.Line, $"{path}.delegate", "cannot stand in a delegate: delegation goes one level deep");
            }

            if (!rule.Route.IsEmpty || rule.Redirect is not null)
            {
                errors.Add(rule.Line, path, "delegates, and so cannot have a route or a redirect of its own");
            }

            return;
        }

        if (rule.Redirect is not null)
        {
            Exclude(rule, path, "redirect", errors, route: !rule.Route.IsEmpty, direct: rule.DirectResponse is not null);
        }
        else if (rule.DirectResponse is not null)
        {
            Exclude(rule, path, "directResponse", errors, route: !rule.Route.IsEmpty, direct: false);
        }
        else if (rule.Route.IsEmpty)
        {
            errors.Add(rule.Line, path, "does nothing; give one of route, redirect and directResponse");
        }
    }

    private static void Exclude(HttpRoute rule, string path, string action, ErrorList errors, bool route, bool direct)
    {
        foreach ((bool given, string name) in new[] { (route, "route"), (direct, "directResponse"), (rule.Fault is not null, "fault"), (rule.Rewrite is not null, "rewrite") })
        {
            if (given)
            {
                errors.Add(rule.Line, $"{path}.{name}", $"cannot stand beside {action}, which answers without forwarding");
            }
        }
    }

    // The authority can be set in three places; which one would win is nothing to rely on.
    private static void Authority(HttpRoute rule, string path, ErrorList errors)
    {
        IEnumerable<string> values =
        [
            .. rule.Rewrite is { Authority.Length: > 0 } ? [rule.Rewrite.Authority] : Array.Empty<string>(),
            .. Of(rule.Headers?.Request?.Set),
            .. Of(rule.Headers?.Request?.Add),
        ];
        string[] all = [.. values];
        if (all.Length > 1)
        {
            errors.Add(rule.Line, path, $"sets the authority more than once: {string.Join(", ", all.Select(static v => $"\"{v}\""))}");
        }

        static IEnumerable<string> Of(ImmutableDictionary<string, string>? headers) =>
            headers?.Where(static h => HeaderOperationsCompiler.IsAuthority(h.Key)).Select(static h => h.Value) ?? [];
    }

    private static void Destinations(HttpRoute rule, string path, ErrorList errors)
    {
        long total = 0;
        for (int i = 0; i < rule.Route.Length; i++)
        {
            HttpDestination destination = rule.Route[i];
            CommonRules.Destination(destination.Destination, rule.Line, $"{path}.route[{i}].destination", errors);
            HeaderOperationsValidator.Validate(destination.Headers, rule.Line, $"{path}.route[{i}].headers", errors);
            total += destination.Weight;
        }

        if (rule.Route.Length > 1 && total == 0)
        {
            errors.Add(rule.Line, $"{path}.route", "has several destinations and no weight above 0: nothing would be forwarded");
        }
        else if (total > int.MaxValue)
        {
            errors.Add(rule.Line, $"{path}.route", $"has weights of {total} together; Envoy takes up to {int.MaxValue}");
        }

        for (int i = 0; i < rule.Mirrors.Length; i++)
        {
            CommonRules.Destination(rule.Mirrors[i].Destination, rule.Line, $"{path}.mirrors[{i}].destination", errors);
        }
    }
}
