using Clovisor.Istio.Routing;

namespace Clovisor.Hosting.Envoy;

/// <summary>Writes the Lua filters of exact mode, which run in the upstream chain once for every attempt, while the connection is being opened.</summary>
internal static class TupleScripts
{
    /// <summary>The first: on a connection that is not open yet it lets the agent hold the request until it is.</summary>
    internal static string Hold(RequestFields fields, EnvoySettings settings, int? port) =>
        HeadScript.Head(fields, port) + HeadScript.Ask(settings.OpenTimeout, settings.HoldOff) + """
            function envoy_on_request(handle)
              local headers = handle:headers()
              if headers:get("x-clv-class") == nil or headers:get("x-clv-up") ~= nil then return end
              local t = { head(headers, handle:streamInfo()) }
              put(t, "host", headers:get("x-clv-host"))
              ask(handle, "/v1/session/open", table.concat(t))
            end
            """.ReplaceLineEndings("\n");

    /// <summary>The second: reports the 5-tuple, once for each connection and equal fields, and takes away what must not reach the server.</summary>
    internal static string Report(RequestFields fields, EnvoySettings settings, int? port) =>
        HeadScript.Head(fields, port) + HeadScript.Ask(settings.Timeout, settings.HoldOff) + """
            local MAX_KEYS = 4096
            local cur, old, count = {}, {}, 0

            local function known(key)
              if cur[key] or old[key] then return true end
              if count >= MAX_KEYS then old, cur, count = cur, {}, 0 end
              return false
            end

            function envoy_on_request(handle)
              local headers = handle:headers()
              local class = headers:get("x-clv-class")
              local up = headers:get("x-clv-up")
              local host = headers:get("x-clv-host")
              local connection = headers:get("x-clv-connection")
              for _, name in ipairs({ "x-clv-class", "x-clv-up", "x-clv-host", "x-clv-connection" }) do
                headers:remove(name)
              end
              -- Without a tuple there is nothing to report; the request goes on.
              if class == nil or up == nil or connection == nil then return end
              local body = head(headers, handle:streamInfo())
              local key = connection .. "," .. body
              if known(key) then return end
              local t = { body }
              put(t, "up", up)
              put(t, "host", host)
              if ask(handle, "/v1/session", table.concat(t)) then
                cur[key] = true
                count = count + 1
              end
            end
            """.ReplaceLineEndings("\n");
}
