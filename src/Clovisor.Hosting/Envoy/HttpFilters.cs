namespace Clovisor.Hosting.Envoy;

/// <summary>Writes the HTTP filters of a mode, downstream and upstream.</summary>
internal static class HttpFilters
{
    private const string ClassState = "clovisor.class";

    /// <summary>The filters before the router, as entries of a list.</summary>
    internal static string BeforeRouter(EnvoyMode mode, EnvoyRules rules, EnvoySettings settings, int? port) => mode switch
    {
        EnvoyMode.Report => Listed(Report(rules, settings, port)),
        EnvoyMode.Exact => Listed(Report(rules, settings, port)) + Listed(PoolKey()),
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

    /// <summary>The router's configuration: in exact mode with the upstream chain that reports each connection before its first data.</summary>
    internal static string Router(EnvoyMode mode, EnvoyRules rules, EnvoySettings settings, int? port) =>
        "\"@type\": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router\n" + (mode != EnvoyMode.Exact ? "" : "upstream_http_filters:\n"
            + Listed(Mutation("clovisor.opening", withClass: true))
            + Listed(Lua("clovisor.hold", TupleScripts.Hold(rules.Fields, settings, port)))
            + Listed(Mutation("clovisor.tuple", withClass: false))
            + Listed(Lua("clovisor.exact", TupleScripts.Report(rules.Fields, settings, port)))
            + "- name: envoy.filters.http.upstream_codec\n"
            + "  typed_config: { \"@type\": type.googleapis.com/envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec }\n");

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
