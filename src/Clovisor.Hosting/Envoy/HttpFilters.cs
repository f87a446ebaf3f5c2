using Clovisor.Hosting.AccessLog;

namespace Clovisor.Hosting.Envoy;

/// <summary>Writes the HTTP filters of a mode, downstream and upstream.</summary>
internal static class HttpFilters
{
    private const string ClassState = LoggedConnection.ClassState;

    /// <summary>The filters before the router, as entries of a list.</summary>
    internal static string BeforeRouter(EnvoyMode mode, EnvoyRules rules, EnvoySettings settings, int? port) => mode switch
    {
        EnvoyMode.Report when settings.Tags(mode) => Listed(Report(rules, settings, port)),
        EnvoyMode.Report or EnvoyMode.Exact => Listed(Report(rules, settings, port)) + Listed(PoolKey()),
        _ => "",
    };

    /// <summary>The filter that asks for the class.</summary>
    internal static string Report(EnvoyRules rules, EnvoySettings settings, int? port) => Lua("clovisor.report", ReportScript.Render(rules.Fields, settings, port));

    /// <summary>The filter that keeps the connections of classes apart though they are of one cluster. Of envoy.string it would not.</summary>
    internal static string PoolKey() => $$"""
        name: {{ClassState}}
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.http.set_filter_state.v3.Config
          on_request_headers:
          - object_key: {{ClassState}}
            factory_key: envoy.hashable_string
            format_string: { text_format_source: { inline_string: "%REQ(x-clv-class)%" }, omit_empty_values: true }
            shared_with_upstream: ONCE
            skip_if_empty: true

        """.ReplaceLineEndings("\n");

    /// <summary>The router's configuration: in exact mode with the upstream chain that reports each connection before its first data; with the log that reports it where that is asked for.</summary>
    internal static string Router(EnvoyMode mode, EnvoyRules rules, EnvoySettings settings, int? port) =>
        "\"@type\": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router\n" + (settings.Tags(mode) ? "" : settings.AccessLogSocket is not null
            ? UpstreamLog() + UpstreamChain(RemoveClass())
            : UpstreamChain(
                Mutation("clovisor.opening", withClass: true),
                Lua("clovisor.hold", TupleScripts.Hold(rules.Fields, settings, port)),
                Mutation("clovisor.tuple", withClass: false),
                Lua("clovisor.exact", TupleScripts.Report(rules.Fields, settings, port))));

    private static string UpstreamChain(params IEnumerable<string> filters) => "upstream_http_filters:\n" + string.Concat(filters.Select(Listed))
        + "- name: envoy.filters.http.upstream_codec\n"
        + "  typed_config: { \"@type\": type.googleapis.com/envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec }\n";

    // An entry for each attempt as its connection is there, at once: a buffer would report it later still.
    private static string UpstreamLog() => $$"""
        upstream_log_options: { flush_upstream_log_on_upstream_stream: true }
        upstream_log:
        - name: envoy.access_loggers.http_grpc
          filter: { log_type_filter: { types: [ UpstreamPoolReady ] } }
          typed_config:
            "@type": type.googleapis.com/envoy.extensions.access_loggers.grpc.v3.HttpGrpcAccessLogConfig
            common_config:
              log_name: clovisor
              transport_api_version: V3
              grpc_service: { envoy_grpc: { cluster_name: {{EnvoySettings.AccessLogCluster}} } }
              buffer_size_bytes: 0
              filter_state_objects_to_log: [ {{ClassState}} ]

        """.ReplaceLineEndings("\n");

    private static string RemoveClass() => """
        name: clovisor.unnamed
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.http.header_mutation.v3.HeaderMutation
          mutations: { request_mutations: [ { remove: x-clv-class } ] }

        """.ReplaceLineEndings("\n");

    internal static string Listed(string filter)
    {
        string moved = EnvoyYaml.Indented(2, filter);
        return string.Concat("- ", moved.AsSpan(2));
    }

    // An empty value does not overwrite: what an earlier attempt left must go first. The class comes from the filter state, since the last filter has taken it from the headers of that attempt.
    private static string Mutation(string name, bool withClass)
    {
        (string Header, string Value)[] set =
        [
            ("x-clv-up", "%UPSTREAM_LOCAL_ADDRESS%"),
            ("x-clv-connection", "%UPSTREAM_CONNECTION_ID%"),
            ("x-clv-host", "%UPSTREAM_HOST%"),
            .. withClass ? [("x-clv-class", $"%FILTER_STATE({ClassState}:PLAIN)%")] : Array.Empty<(string, string)>(),
        ];
        return $$"""
            name: {{name}}
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.http.header_mutation.v3.HeaderMutation
              mutations:
                request_mutations:

            """.ReplaceLineEndings("\n") + string.Concat(set.Select(entry =>
            $"    - remove: {entry.Header}\n" +
            $"    - append: {{ header: {{ key: {entry.Header}, value: {EnvoyYaml.Quoted(entry.Value)} }}, append_action: OVERWRITE_IF_EXISTS_OR_ADD }}\n"));
    }

    private static string Lua(string name, string script) => $$"""
        name: {{name}}
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua
          default_source_code:
            inline_string: |

        """.ReplaceLineEndings("\n") + EnvoyYaml.Indented(6, script);
}
