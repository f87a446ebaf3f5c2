using System.Globalization;
using Clovisor.Istio.Routing;

namespace Clovisor.Hosting.Envoy;

/// <summary>The Lua that all filters have in common: a request's head in the form of the session API, and a call that is not tried again at once after a failure.</summary>
internal static class HeadScript
{
    /// <summary>Functions <c>put</c> and <c>head</c>. Fields that no rule looks at are not sent, so that they cannot make equal requests look different.</summary>
    /// <param name="fields">What the rules look at.</param>
    /// <param name="port">The port whose route table is asked; null for the one that the client connected to.</param>
    internal static string Head(RequestFields fields, int? port)
    {
        string wanted = string.Join(", ", fields.Headers.Where(name => !name.StartsWith(':')).Select(Quoted));
        string method = fields.Method ? "\n  put(t, \"m\", headers:get(\":method\"))" : "";
        string path = fields.Path || !fields.QueryParameters.IsEmpty ? "\n  put(t, \"p\", headers:get(\":path\"))" : "";
        string destination = port is { } number
            ? $"info:downstreamLocalAddress():match(\"^(.*):%d+$\") .. \":{number.ToString(CultureInfo.InvariantCulture)}\""
            : "info:downstreamLocalAddress()";
        return $$"""
            local MAX_VALUE = 2048
            local WANT = { {{wanted}} }

            local function put(t, name, value)
              if value == nil then return end
              if #value > MAX_VALUE then
                value = value:sub(1, MAX_VALUE)
                name = name .. "~"
              end
              t[#t + 1] = #name .. ":" .. name .. "," .. #value .. ":" .. value .. ","
            end

            local function head(headers, info)
              local t = {}
              put(t, "dst", {{destination}})
              put(t, "a", headers:get(":authority")){{method}}{{path}}
              for i = 1, #WANT do
                put(t, "h." .. WANT[i], headers:get(WANT[i]))
              end
              return table.concat(t)
            end

            """.ReplaceLineEndings("\n");
    }

    /// <summary>Function <c>ask</c>: status and headers of the agent's answer, or nothing while it is left in peace after a failure.</summary>
    internal static string Ask(TimeSpan timeout, TimeSpan holdOff) => $$"""
        local TIMEOUT_MS = {{Milliseconds(timeout)}}
        local HOLD_OFF_MS = {{Milliseconds(holdOff)}}
        local quiet_until = 0
        local failing = false

        local function ask(handle, path, body)
          local now = handle:timestamp()
          if now < quiet_until then return nil end
          if failing then quiet_until = now + HOLD_OFF_MS end      -- one probe at a time
          local reply = handle:httpCall("{{EnvoySettings.AgentCluster}}",
            { [":method"] = "POST", [":path"] = path, [":authority"] = "clovisor" },
            body, { asynchronous = false, timeout_ms = TIMEOUT_MS, send_xff = false })
          local status = reply and reply[":status"] or ""
          if status == "200" or status == "204" or status == "400" or status == "413" then
            -- 400 is the request's own fault: a client must not be able to silence the filter for others.
            failing, quiet_until = false, 0
            return status, reply
          end
          failing, quiet_until = true, now + HOLD_OFF_MS
          return nil
        end

        """.ReplaceLineEndings("\n");

    internal static string Milliseconds(TimeSpan time) => Math.Max(1, (long)time.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);

    // A header's name has no quote or backslash; what has is no name, and must not become code.
    private static string Quoted(string name) =>
        name.All(letter => char.IsAsciiLetterOrDigit(letter) || "!#$%&'*+-.^_`|~".Contains(letter, StringComparison.Ordinal))
            ? $"\"{name}\""
            : throw new ArgumentException($"'{name}' is not the name of a header, so no rule can look at it.", nameof(name));
}
