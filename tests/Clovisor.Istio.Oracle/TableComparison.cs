using System.Text.Json;
using Clovisor.Istio.Routing;

namespace Clovisor.Istio.Oracle;

/// <summary>Compares compiled tables: virtual hosts, their domains, and of each route the name, the object and the action.</summary>
internal static class TableComparison
{
    public static void Compare(string name, JsonElement expected, RouteTable? table, List<OracleDifference> differences)
    {
        var collector = new DifferenceCollector(name, -1, $"table {expected.Text("name")}", "compilation", differences);
        collector.Same(
            "virtual hosts",
            string.Join("\n", expected.List("virtualHosts").Select(Brief).Order(StringComparer.Ordinal)),
            table is null ? "(none)" : string.Join("\n", table.VirtualHosts.Select(Brief).Order(StringComparer.Ordinal)));
    }

    private static string Brief(JsonElement host) =>
        $"{host.Text("name")} {string.Join(",", host.List("domains").Select(static d => d.GetString()!).Order(StringComparer.Ordinal))} {host.Text("requireTls")}: " +
        string.Join("; ", host.List("routes").Select(static r => $"{r.Text("name")} {r.Source()} {Single(r.Text("action"))}"));

    // One cluster left of several is a list of one to istiod; its weight says nothing.
    private static string Single(string action) => action.Contains(',', StringComparison.Ordinal) ? action : action.Split('=')[0];

    private static string Brief(VirtualHost host) =>
        $"{host.Name} {string.Join(",", host.Domains.Order(StringComparer.Ordinal))} {(host.RequiresTls ? "ALL" : "")}: " +
        string.Join("; ", host.Routes.Select(static r => $"{r.Name} {r.VirtualService} {Action(r.Action)}"));

    private static string Action(RouteAction action) => action switch
    {
        RedirectAction => "redirect",
        DirectResponseAction direct => $"direct:{direct.Status}",
        ForwardAction { Destinations.Length: 1 } forward => forward.Destinations[0].Cluster,
        ForwardAction forward => string.Join(",", forward.Destinations.Select(static d => $"{d.Cluster}={d.Weight}")),
        _ => "?",
    };
}
