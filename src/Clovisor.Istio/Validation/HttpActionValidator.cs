using System.Text;
using Clovisor.Istio.Re2;
using Clovisor.Istio.Resources;
using Clovisor.Istio.Serialization;

namespace Clovisor.Istio.Validation;

/// <summary>Checks what a rule does besides forwarding.</summary>
internal static class HttpActionValidator
{
    private const int LongestBody = 1024 * 1024;

    private static readonly string[] RetryConditions =
    [
        "5xx", "gateway-error", "reset", "reset-before-request", "connect-failure", "envoy-ratelimited", "retriable-4xx", "refused-stream",
        "retriable-status-codes", "retriable-headers", "http3-post-connect-failure", "cancelled", "deadline-exceeded", "internal",
        "resource-exhausted", "unavailable",
    ];

    public static void Redirect(HttpRoute rule, string path, ErrorList errors)
    {
        if (rule.Redirect is not { } redirect)
        {
            return;
        }

        string field = $"{path}.redirect";
        if (redirect.Uri.Length > 0 && redirect.PrefixRewrite is not null)
        {
            errors.Add(rule.Line, field, "has both uri and prefixRewrite; only one can be the new path");
        }

        if (redirect.PrefixRewrite is not null && rule.Match.Any(static m => m.Uri is not null and not { Kind: StringMatchKind.Prefix }))
        {
            errors.Add(rule.Line, $"{field}.prefixRewrite", "needs matches by prefix: there must be a prefix to replace");
        }

        if (redirect is { Uri.Length: 0, PrefixRewrite: null, Authority.Length: 0, Scheme.Length: 0, Port: 0, DerivePort: null })
        {
            errors.Add(rule.Line, field, "leads to where the request came from; give at least one of uri, prefixRewrite, authority, scheme and port");
        }

        if (redirect.Code is not (0 or 301 or 302 or 303 or 307 or 308))
        {
            errors.Add(rule.Line, $"{field}.redirectCode", $"must be 301, 302, 303, 307 or 308, not {redirect.Code}");
        }

        if (redirect.Scheme is not ("" or "http" or "https"))
        {
            errors.Add(rule.Line, $"{field}.scheme", $"must be http or https, not \"{redirect.Scheme}\"");
        }
    }

    public static void Rewrite(HttpRoute rule, string path, ErrorList errors)
    {
        if (rule.Rewrite is not { } rewrite)
        {
            return;
        }

        string field = $"{path}.rewrite";
        if (rewrite is { Uri.Length: 0, Authority.Length: 0, RegexMatch: null })
        {
            errors.Add(rule.Line, field, "changes nothing; give uri, uriRegexRewrite or authority");
        }

        if (rewrite.RegexMatch is not { } pattern)
        {
            return;
        }

        if (rewrite.Uri.Length > 0)
        {
            errors.Add(rule.Line, field, "has both uri and uriRegexRewrite; only one can be the new path");
        }

        if (pattern.Length == 0 || string.IsNullOrEmpty(rewrite.RegexSubstitution))
        {
            errors.Add(rule.Line, $"{field}.uriRegexRewrite", "needs both match and rewrite");
            return;
        }

        CommonRules.Regex(pattern, rule.Line, $"{field}.uriRegexRewrite.match", errors);
        if (Re2Expression.TryParse(pattern, out _)?.CheckSubstitution(rewrite.RegexSubstitution) is { } wrong)
        {
            errors.Add(rule.Line, $"{field}.uriRegexRewrite.rewrite", wrong);
        }
    }

    public static void DirectResponse(HttpRoute rule, string path, ErrorList errors)
    {
        if (rule.DirectResponse is not { } response)
        {
            return;
        }

        if (response.Status is < 200 or > 600)
        {
            errors.Add(rule.Line, $"{path}.directResponse.status", $"must be 200 to 600, not {response.Status}");
        }

        if (response.Body is { } body && Encoding.UTF8.GetByteCount(body) > LongestBody)
        {
            errors.Add(rule.Line, $"{path}.directResponse.body", $"is longer than {LongestBody} bytes");
        }
    }

    public static void Retries(HttpRoute rule, string path, ErrorList errors)
    {
        if (rule.Retries is not { } retries)
        {
            return;
        }

        if (retries.Attempts == 0 && (retries.PerTryTimeout is not null || retries.RetryOn.Length > 0))
        {
            errors.Add(rule.Line, $"{path}.retries", "switches retries off (attempts is 0) and says how to retry");
        }

        foreach (string condition in retries.RetryOn.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!RetryConditions.Contains(condition) && !(int.TryParse(condition, out int status) && status is >= 100 and <= 599))
            {
                errors.Add(rule.Line, $"{path}.retries.retryOn", $"\"{condition}\" is not a condition{NearestName.Hint(condition, RetryConditions)}");
            }
        }
    }

    public static void Cors(HttpRoute rule, string path, ErrorList errors)
    {
        if (rule.CorsPolicy is not { } cors)
        {
            return;
        }

        foreach (StringMatch origin in cors.AllowOrigins)
        {
            CommonRules.Match(origin, rule.Line, $"{path}.corsPolicy.allowOrigins", errors);
        }

        foreach (string method in cors.AllowMethods.Where(static m => m != "*" && !NameRules.IsToken(m)))
        {
            errors.Add(rule.Line, $"{path}.corsPolicy.allowMethods", $"\"{method}\" is not a method");
        }

        foreach (string header in cors.AllowHeaders.Concat(cors.ExposeHeaders).Where(static h => h != "*" && !NameRules.IsToken(h)))
        {
            errors.Add(rule.Line, $"{path}.corsPolicy", $"\"{header}\" is not the name of a header");
        }
    }
}
