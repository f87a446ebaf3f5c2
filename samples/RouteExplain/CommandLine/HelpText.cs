namespace Clovisor.ExplainTool.CommandLine;

/// <summary>What <c>--help</c> prints.</summary>
internal static class HelpText
{
    public const string Text = """
        RouteExplain explain --config DIR [OPTIONS] [METHOD] URL    where does this request go, and why?

          --config DIR          folder (or file) with Istio and Kubernetes documents, YAML or JSON
          --proxy KIND/NS       whose routes: sidecar/NAMESPACE (default sidecar/default) or gateway/NAMESPACE
          --labels A=B,C=D      labels of the proxy's workload; a gateway serves the Gateways that select them
          -H, --header N:V      a header of the request (may be repeated)
          --mesh FILE           mesh config
          --table NAME          the route table, where port and host of the URL do not tell
          --all                 every rule that does not reach the proxy, not only those of objects that were looked at
          --json                the answer as JSON

        METHOD is GET by default. URL is http://host[:port]/path?query; nothing in it is decoded or normalised before the proxy would do so.
        Exit status: 0 explained, 1 the configuration is broken (every error is listed), 2 the command line is.

          RouteExplain explain --config config --proxy sidecar/app --labels app=sleep GET http://httpbin/x -H user:boss
        """;
}
