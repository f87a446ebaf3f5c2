using System.Collections.Immutable;
using Clovisor.Istio.Routing;
using Clovisor.ExplainTool.CommandLine;

namespace Clovisor.ExplainTool;

/// <summary>The table that decides about the request: named, or found by the request's port and host.</summary>
internal sealed record TableChoice(RouteTable Table)
{
    public static TableChoice Make(RouteCompiler compiler, ExplainOptions options)
    {
        ImmutableArray<string> names = compiler.GetTableNames(options.Proxy);
        string[] found = options.Table is { } given ? [.. names.Where(n => n == given)] : [.. Candidates(names, options)];
        return found switch
        {
            [var one] => new TableChoice(compiler.Compile(options.Proxy, one)!),
            [] => throw new UsageException(
                $"{Describe(options)} has no table {options.Table ?? $"for port {options.Port}"}. It has {(names.IsEmpty ? "none: is the namespace right, and are there services or gateways for it?" : string.Join(", ", names) + "; name one with --table")}"),
            _ => throw new UsageException($"{Describe(options)} has several tables for port {options.Port}: {string.Join(", ", found)}. Name one with --table"),
        };
    }

    private static IEnumerable<string> Candidates(ImmutableArray<string> names, ExplainOptions options)
    {
        if (options.Proxy.Kind == ProxyKind.Gateway)
        {
            string[] plain = [.. names.Where(n => n == $"http.{options.Port}")];
            return options.IsTls || plain.Length == 0 ? names.Where(n => n.StartsWith($"https.{options.Port}.", StringComparison.Ordinal)) : plain;
        }

        // A port whose protocol is detected has a table of its own for each service.
        string[] own = [.. names.Where(n => n.EndsWith($":{options.Port}", StringComparison.Ordinal) && (n.StartsWith($"{options.Host}:", StringComparison.Ordinal) || n.StartsWith($"{options.Host}.", StringComparison.Ordinal)))];
        return own.Length > 0 ? own : names.Where(n => n == options.Port.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    private static string Describe(ExplainOptions options) => $"The {(options.Proxy.Kind == ProxyKind.Gateway ? "gateway" : "sidecar")} in namespace {options.Proxy.Namespace}";
}
