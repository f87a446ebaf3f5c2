using System.Collections.Immutable;
using System.Globalization;
using Clovisor.Hosting.Classification;
using Clovisor.Hosting.Configuration;
using Clovisor.Hosting.Health;
using Clovisor.Hosting.Sessions;
using Clovisor.Istio.Routing;
using Clovisor.Wan.Status;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Primitives;

namespace Clovisor.Hosting.SessionApi;

/// <summary>What the host knows: links, rules, the explanation of a request, health.</summary>
internal sealed class StatusEndpoints(SnapshotStore store, SessionRegistry registry, WanRuntime wan, RequestExplainer explainer, HealthBoard health)
{
    internal void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/links", (RequestDelegate)LinksAsync);
        routes.MapGet("/v1/rules", (RequestDelegate)RulesAsync);
        routes.MapGet("/v1/explain", (RequestDelegate)ExplainAsync);
        routes.MapGet("/healthz", (RequestDelegate)(context => HealthAsync(context, level => level != HealthLevel.Unhealthy)));
        routes.MapGet("/readyz", (RequestDelegate)(context => HealthAsync(context, _ => health.IsReady)));
    }

    private Task LinksAsync(HttpContext context)
    {
        if (wan.Engine?.Status is not { } status)
        {
            return NotReadyAsync(context);
        }

        return ApiResponse.WriteAsync(
            context,
            new LinkList([.. status.Links.Select(ViewOf)], [.. status.Associations.Select(association => new AssociationView(association.Name, [.. association.Links.Select(share => share.Link)]))]),
            ApiJson.Default.LinkList);
    }

    private Task RulesAsync(HttpContext context)
    {
        if (store.Current is not { } snapshot)
        {
            return NotReadyAsync(context);
        }

        RequestFields fields = snapshot.Fields;
        FieldsView view = new()
        {
            Method = fields.Method,
            Authority = fields.Authority,
            Path = fields.Path,
            Query = !fields.QueryParameters.IsEmpty,
            Scheme = fields.Scheme,
            Headers = fields.Headers,
        };
        return ApiResponse.WriteAsync(context, new RulesView(snapshot.Revision, view, registry.Reports), ApiJson.Default.RulesView);
    }

    private Task ExplainAsync(HttpContext context)
    {
        if (store.Current is not { } snapshot)
        {
            return NotReadyAsync(context);
        }

        List<ApiError> errors = [];
        IQueryCollection query = context.Request.Query;
        int port = 80;
        if (query.TryGetValue("port", out StringValues text) && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is < 1 or > 65_535))
        {
            errors.Add(new ApiError("port", $"'{text}' is not a port from 1 to 65535."));
        }

        List<RouteHeader> headers = [];
        foreach (string? header in query["header"])
        {
            int colon = header?.IndexOf(':', StringComparison.Ordinal) ?? -1;
            if (colon <= 0)
            {
                errors.Add(new ApiError("header", $"'{header}' is not name:value. Repeat header=name:value for each."));
                continue;
            }

            headers.Add(new RouteHeader(header![..colon], header[(colon + 1)..].Trim()));
        }

        SessionReport head = new() { Method = Value(query, "method", "GET"), Authority = query["authority"], Path = Value(query, "path", "/"), Scheme = query["scheme"] };
        ReportValidation.Head(head, errors);
        if (errors.Count > 0)
        {
            return ApiResponse.ErrorsAsync(context, StatusCodes.Status400BadRequest, errors);
        }

        RouteRequest request = new()
        {
            Method = head.Method!,
            Authority = head.Authority!,
            Path = head.Path!,
            Scheme = head.Scheme ?? "",
            Headers = headers.ToArray(),
        };
        return ApiResponse.WriteAsync(context, explainer.Explain(snapshot, port, request), ApiJson.Default.ExplainView);
    }

    private Task HealthAsync(HttpContext context, Func<HealthLevel, bool> isGood)
    {
        ImmutableArray<PartHealth> parts = health.Parts;
        HealthLevel level = HealthBoard.Worst(parts);
        return ApiResponse.WriteAsync(
            context,
            new HealthView(NameOf(level), health.IsReady, [.. parts.Select(part => new PartView(part.Name, NameOf(part.Level), part.Reasons, part.Warnings))]),
            ApiJson.Default.HealthView,
            isGood(level) ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }

    private static LinkView ViewOf(LinkStatus link) => new()
    {
        Name = link.Name,
        Device = link.Device,
        State = link.State.ToString(),
        Since = link.Since,
        Reason = link.Reason,
        NextHops = Texts(link.NextHopV4, link.NextHopV6),
        Sources = Texts(link.SourceV4, link.SourceV6),
        Addressing = AddressingNames.Of(link.Addressing),
        Peer = link.Peer,
        Targets =
        [
            .. link.Targets.Select(target => new TargetView
            {
                Address = target.Address.ToString(),
                Alive = !target.IsDead,
                Loss = target.Quality.Loss,
                LatencyMs = target.Quality.Latency?.TotalMilliseconds,
                JitterMs = target.Quality.Jitter?.TotalMilliseconds,
                Error = target.SendError ?? target.Failure,
            }),
        ],
    };

    private static string[] Texts(params System.Net.IPAddress?[] addresses) => [.. addresses.OfType<System.Net.IPAddress>().Select(address => address.ToString())];

    private static string Value(IQueryCollection query, string name, string otherwise) => query.TryGetValue(name, out StringValues value) ? value.ToString() : otherwise;

    private static string NameOf(HealthLevel level) => level switch
    {
        HealthLevel.Healthy => "healthy",
        HealthLevel.Degraded => "degraded",
        _ => "unhealthy",
    };

    private static Task NotReadyAsync(HttpContext context)
    {
        context.Response.Headers.RetryAfter = "1";
        return ApiResponse.ErrorsAsync(context, StatusCodes.Status503ServiceUnavailable, SessionOutcome.NotReady.Errors);
    }
}
