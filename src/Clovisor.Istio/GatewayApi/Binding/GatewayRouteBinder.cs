using System.Collections.Immutable;
using Clovisor.Istio.Resources;
using Clovisor.Istio.Serialization;

namespace Clovisor.Istio.GatewayApi.Binding;

/// <summary>Reads the routes of the Gateway API.</summary>
internal static class GatewayRouteBinder
{
    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"];

    private static readonly StringMatch AnyPath = new(StringMatchKind.Prefix, "/");

    public static GatewayApiRoute Bind(FieldReader spec, ResourceHeader header, string kind)
    {
        spec.Ignore("useDefaultGateways");
        ImmutableArray<GatewayRouteRule> rules = spec.List("rules", r => Rule(r, kind));
        return new GatewayApiRoute
        {
            Name = header.Name,
            Namespace = header.Namespace,
            Created = header.Created,
            Labels = header.Labels,
            Source = header.Source,
            RouteKind = kind,
            Parents = spec.List("parentRefs", Parent),
            Hostnames = kind == GatewayApiRoute.Tcp ? [] : spec.Texts("hostnames"),
            Rules = kind == GatewayApiRoute.Http && !spec.Has("rules")
                ? [new GatewayRouteRule { Matches = [new GatewayRouteMatch { Path = AnyPath }], Line = spec.Line }]
                : rules,
        };
    }

    private static ParentReference Parent(FieldReader r) => new()
    {
        Group = r.OptionalText("group") ?? GatewayApiBinder.Group,
        Kind = r.OptionalText("kind") ?? "Gateway",
        Namespace = r.Text("namespace"),
        Name = r.RequiredText("name"),
        SectionName = r.Text("sectionName"),
        Port = r.Integer("port", 1, 65535),
    };

    private static GatewayRouteRule Rule(FieldReader r, string kind)
    {
        if (kind is GatewayApiRoute.Tls or GatewayApiRoute.Tcp)
        {
            return new GatewayRouteRule { Line = r.Line, Name = r.Text("name"), Backends = r.List("backendRefs", Backend) };
        }

        r.Ignore("sessionPersistence");
        bool http = kind == GatewayApiRoute.Http;
        ImmutableArray<GatewayRouteMatch> matches = r.List<GatewayRouteMatch>("matches", http ? HttpMatch : GrpcMatch);
        Timeouts? timeouts = http ? r.Object("timeouts", TimeoutsSection) : null;
        return new GatewayRouteRule
        {
            Line = r.Line,
            Name = r.Text("name"),
            Matches = http && !r.Has("matches") ? [new GatewayRouteMatch { Path = AnyPath, Line = r.Line }] : matches,
            Filters = r.List("filters", GatewayFilterBinder.Bind),
            Backends = r.List("backendRefs", static b => Backend(b) with { Filters = b.List("filters", GatewayFilterBinder.Bind) }),
            RequestTimeout = timeouts?.Request,
            BackendTimeout = timeouts?.Backend,
            Retry = http ? r.Object("retry", Retry) : null,
        };
    }

    public static BackendReference Backend(FieldReader r) => new()
    {
        Group = r.Text("group"),
        Kind = r.OptionalText("kind") ?? "Service",
        Namespace = r.Text("namespace"),
        Name = r.RequiredText("name"),
        Port = r.Integer("port", 1, 65535),
        Weight = r.Has("weight") ? r.Integer("weight", 0, 1_000_000) : 1,
    };

    private static GatewayRouteMatch HttpMatch(FieldReader r)
    {
        string method = r.Text("method");
        if (method.Length > 0 && !Methods.Contains(method))
        {
            r.Error("method", $"\"{method}\" is not a method; known are {string.Join(", ", Methods)}");
        }

        return new GatewayRouteMatch
        {
            Line = r.Line,
            Path = r.Object("path", Path) ?? AnyPath,
            Method = method,
            Headers = Conditions(r, "headers"),
            QueryParams = Conditions(r, "queryParams"),
        };
    }

    private static StringMatch Path(FieldReader r)
    {
        string type = r.OptionalText("type") ?? "PathPrefix";
        string value = r.OptionalText("value") ?? "/";
        if (type is "PathPrefix" or "Exact" && !value.StartsWith('/'))
        {
            r.Error("value", $"must start with a slash, not be \"{value}\"");
        }

        switch (type)
        {
            // A slash at the end of a prefix is ignored.
            case "PathPrefix": return new StringMatch(StringMatchKind.Prefix, value.Length > 1 && value.EndsWith('/') ? value[..^1] : value);
            case "Exact": return new StringMatch(StringMatchKind.Exact, value);
            case "RegularExpression": return GatewayFilterBinder.Regex(r, "value", value);
            default:
                r.Error("type", $"must be PathPrefix, Exact or RegularExpression, not \"{type}\"");
                return AnyPath;
        }
    }

    private static GatewayRouteMatch GrpcMatch(FieldReader r) => new()
    {
        Line = r.Line,
        Path = r.Object("method", GrpcMethod),
        Headers = Conditions(r, "headers"),
    };

    // gRPC's path is /service/method.
    private static StringMatch GrpcMethod(FieldReader r)
    {
        string type = r.OptionalText("type") ?? "Exact";
        string? service = r.OptionalText("service");
        string? method = r.OptionalText("method");
        if (service is null && method is null)
        {
            r.Error("service", "is missing, and so is method; give one or both");
        }

        switch (type)
        {
            case "Exact" when service is not null && method is not null: return new StringMatch(StringMatchKind.Exact, $"/{service}/{method}");
            case "Exact" when method is null: return new StringMatch(StringMatchKind.Prefix, $"/{service}/");
            case "Exact": return GatewayFilterBinder.Regex(r, "method", $"/[^/]+/{method}");
            case "RegularExpression": return GatewayFilterBinder.Regex(r, "method", $"/{service ?? "[^/]+"}/{method ?? ".+"}");
            default:
                r.Error("type", $"must be Exact or RegularExpression, not \"{type}\"");
                return AnyPath;
        }
    }

    private static ImmutableDictionary<string, StringMatch> Conditions(FieldReader r, string name)
    {
        var conditions = ImmutableDictionary.CreateBuilder<string, StringMatch>(StringComparer.Ordinal);
        foreach (Condition condition in r.List(name, Condition.Bind))
        {
            conditions[condition.Name] = condition.Match;
        }

        return conditions.ToImmutable();
    }

    private static Timeouts TimeoutsSection(FieldReader r) => new(r.Duration("request", zeroAllowed: true), r.Duration("backendRequest", zeroAllowed: true));

    private static HttpRetries Retry(FieldReader r)
    {
        r.Ignore("backoff");
        int attempts = r.Has("attempts") ? r.Integer("attempts", 0, int.MaxValue) : 2;
        ImmutableArray<int> codes = r.Integers("codes", 400, 599);
        return new HttpRetries
        {
            Attempts = attempts,
            RetryOn = attempts == 0 ? "" : string.Join(',', (string[])["connect-failure", "refused-stream", "unavailable", "cancelled", .. codes.Select(static c => $"{c}")]),
        };
    }

    private sealed record Timeouts(TimeSpan? Request, TimeSpan? Backend);

    private sealed record Condition(string Name, StringMatch Match)
    {
        public static Condition Bind(FieldReader r)
        {
            string type = r.OptionalText("type") ?? "Exact";
            string value = r.RequiredText("value");
            if (type is not ("Exact" or "RegularExpression"))
            {
                r.Error("type", $"must be Exact or RegularExpression, not \"{type}\"");
            }

            return new Condition(r.RequiredText("name"), type == "RegularExpression" ? GatewayFilterBinder.Regex(r, "value", value) : new StringMatch(StringMatchKind.Exact, value));
        }
    }
}
