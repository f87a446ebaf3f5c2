using System.Collections.Immutable;
using Clovisor.Istio.Re2;
using Clovisor.Istio.Resources;
using Clovisor.Istio.Serialization;

namespace Clovisor.Istio.GatewayApi.Binding;

/// <summary>Reads the filters of rules and backends.</summary>
internal static class GatewayFilterBinder
{
    private static readonly string[] Types = ["RequestHeaderModifier", "ResponseHeaderModifier", "RequestMirror", "RequestRedirect", "URLRewrite", "CORS", "ExtensionRef", "ExternalAuth"];

    public static GatewayRouteFilter Bind(FieldReader r)
    {
        r.Ignore("extensionRef", "externalAuth");
        string type = r.RequiredText("type");
        if (type.Length > 0 && !Types.Contains(type))
        {
            r.Error("type", $"\"{type}\" is not a filter; known are {string.Join(", ", Types)}");
        }

        HeaderChanges? request = r.Object("requestHeaderModifier", Headers);
        HeaderChanges? response = r.Object("responseHeaderModifier", Headers);
        Mirrored? mirror = r.Object("requestMirror", Mirror);
        return new GatewayRouteFilter
        {
            Type = type,
            Headers = type == "RequestHeaderModifier" ? request : response,
            Redirect = r.Object("requestRedirect", Redirect),
            Rewrite = r.Object("urlRewrite", Rewrite),
            Mirror = mirror?.Backend,
            MirrorPercentage = mirror?.Percentage ?? 100,
            Cors = r.Object("cors", Cors),
        };
    }

    public static StringMatch Regex(FieldReader r, string field, string pattern)
    {
        if (Re2Expression.TryParse(pattern, out string error) is null)
        {
            r.Error(field, $"\"{pattern}\" is not a regular expression of RE2: {error}");
            return new StringMatch(StringMatchKind.Regex, ".*");
        }

        return new StringMatch(StringMatchKind.Regex, pattern);
    }

    private static HeaderChanges Headers(FieldReader r) => new() { Set = Values(r, "set"), Add = Values(r, "add"), Remove = r.Texts("remove") };

    // The first of several entries with the same name counts.
    private static ImmutableDictionary<string, string> Values(FieldReader r, string name)
    {
        var values = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (NamedValue header in r.List(name, static h => new NamedValue(h.RequiredText("name").ToLowerInvariant(), h.RequiredText("value"))))
        {
            values.TryAdd(header.Name, header.Value);
        }

        return values.ToImmutable();
    }

    private static HttpRedirect Redirect(FieldReader r)
    {
        string scheme = r.Text("scheme");
        if (scheme is not ("" or "http" or "https"))
        {
            r.Error("scheme", $"must be http or https, not \"{scheme}\"");
        }

        Replacement? path = r.Object("path", PathModifier);
        int port = r.Integer("port", 1, 65535);
        int code = r.Has("statusCode") ? r.Integer("statusCode", 300, 399) : 302;
        if (code is not (301 or 302 or 303 or 307 or 308))
        {
            r.Error("statusCode", $"must be 301, 302, 303, 307 or 308, not {code}");
        }

        return new HttpRedirect
        {
            Scheme = scheme,
            Authority = r.Text("hostname"),
            Port = port,
            Code = code,

            // Without a port of its own: the scheme's where one is given, else the listener's.
            DerivePort = port != 0 ? null : scheme.Length > 0 ? RedirectPortSource.ProtocolDefault : RedirectPortSource.Request,
            Uri = path?.Full ?? "",
            PrefixRewrite = path?.Prefix,
        };
    }

    private static HttpRewrite Rewrite(FieldReader r)
    {
        Replacement? path = r.Object("path", PathModifier);
        string? prefix = path?.Prefix is { } written ? written.EndsWith('/') ? written[..^1] : written : null;
        return new HttpRewrite
        {
            Authority = r.Text("hostname"),
            Uri = prefix is null ? "" : prefix.Length == 0 ? "/" : prefix,
            RegexMatch = path?.Full is null ? null : "/.*",
            RegexSubstitution = path?.Full,
        };
    }

    private static Replacement PathModifier(FieldReader r)
    {
        string type = r.RequiredText("type");
        string? full = r.OptionalText("replaceFullPath");
        string? prefix = r.OptionalText("replacePrefixMatch");
        if (type is not ("ReplaceFullPath" or "ReplacePrefixMatch"))
        {
            r.Error("type", $"must be ReplaceFullPath or ReplacePrefixMatch, not \"{type}\"");
        }
        else if (type == "ReplaceFullPath" ? full is null || prefix is not null : prefix is null || full is not null)
        {
            r.Error("type", $"{type} needs {char.ToLowerInvariant(type[0])}{type[1..]}, and that alone");
        }

        return new Replacement(full, prefix);
    }

    private static Mirrored Mirror(FieldReader r)
    {
        BackendReference? backend = r.Object("backendRef", GatewayRouteBinder.Backend);
        if (backend is null && !r.Has("backendRef"))
        {
            r.Error("backendRef", "is missing");
        }

        double? fraction = r.Object("fraction", static f => new Share(100.0 * f.Integer("numerator", 0, int.MaxValue) / (f.Has("denominator") ? Math.Max(1, f.Integer("denominator", 1, int.MaxValue)) : 100)))?.Value;
        return new Mirrored(backend, fraction ?? (r.Has("percent") ? r.Integer("percent", 0, 100) : 100));
    }

    private static HttpCorsPolicy Cors(FieldReader r) => new()
    {
        AllowOrigins = [.. r.Texts("allowOrigins").Select(Origin)],
        AllowMethods = r.Texts("allowMethods"),
        AllowHeaders = r.Texts("allowHeaders"),
        ExposeHeaders = r.Texts("exposeHeaders"),
        AllowCredentials = r.Flag("allowCredentials") ? true : null,
        MaxAge = r.Has("maxAge") ? TimeSpan.FromSeconds(r.Integer("maxAge", 1, int.MaxValue)) : null,
        IgnoreUnmatchedPreflights = true,
    };

    // A star stands for any text; alone it stands for any origin there can be.
    private static StringMatch Origin(string origin) => origin switch
    {
        "*" => new StringMatch(StringMatchKind.Regex, @"^[a-zA-Z][a-zA-Z0-9+.-]*://[^/\s?#]+$"),
        _ when origin.Contains('*', StringComparison.Ordinal) => new StringMatch(StringMatchKind.Regex, $"^{string.Join(".*", origin.Split('*').Select(Re2Expression.Escape))}$"),
        _ => new StringMatch(StringMatchKind.Exact, origin),
    };

    private sealed record NamedValue(string Name, string Value);

    private sealed record Replacement(string? Full, string? Prefix);

    private sealed record Mirrored(BackendReference? Backend, double Percentage);

    private sealed record Share(double Value);
}
