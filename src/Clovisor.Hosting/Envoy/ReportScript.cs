using System.Globalization;
using Clovisor.Istio.Routing;

namespace Clovisor.Hosting.Envoy;

/// <summary>Writes the Lua filter that asks the session API for the class of a request, once for equal fields, and sets <c>x-clv-class</c> by the answer.</summary>
/// <remarks>Whatever the agent does, the request goes on: without an answer it carries no class.</remarks>
internal static class ReportScript
{
    /// <summary>The script for rules that look at these fields; others are not sent, so that they cannot make equal requests look different.</summary>
    internal static string Render(RequestFields fields, EnvoySettings settings)
    {
        string wanted = string.Join(", ", fields.Headers.Where(name => !name.StartsWith(':')).Select(Quoted));
        string method = fields.Method ? "\n  put(t, \"m\", headers:get(\":method\"))" : "";
        string path = fields.Path || !fields.QueryParameters.IsEmpty ? "\n  put(t, \"p\", headers:get(\":path\"))" : "";
        return $$"""
            local CLASS = "x-clv-class"
            local TIMEOUT_MS = {{Milliseconds(settings.Timeout)}}
            local HOLD_OFF_MS = {{Milliseconds(settings.HoldOff)}}
            local GENERATION_MS = {{Milliseconds(settings.RememberFor / 2)}}
            local MAX_VALUE = 2048
            local MAX_KEYS = 4096
            local WANT = { {{wanted}} }

            -- Two generations: an answer is used again for one to two of them, and memory is bounded.
            local cur, old, count, turn = {}, {}, 0, 0
            local quiet_until = 0
            local failing = false

            local function recall(key, now)
              if now >= turn or count >= MAX_KEYS then
                old = now < turn + GENERATION_MS and cur or {}
                cur, count, turn = {}, 0, now + GENERATION_MS
              end
              local class = cur[key]
              if class == nil then class = old[key] end
              return class
            end

            local function put(t, name, value)
              if value == nil then return end
              if #value > MAX_VALUE then
                value = value:sub(1, MAX_VALUE)
                name = name .. "~"
              end
              t[#t + 1] = #name .. ":" .. name .. "," .. #value .. ":" .. value .. ","
            end

            function envoy_on_request(handle)
              local headers = handle:headers()
              -- Only the agent's answer may choose a class.
              headers:remove(CLASS)
              local info = handle:streamInfo()
              local peer = info:downstreamDirectRemoteAddress()
              local t = {}
              put(t, "dst", info:downstreamLocalAddress():match("^(.*):%d+$") .. ":{{settings.RoutePort.ToString(CultureInfo.InvariantCulture)}}")
              put(t, "a", headers:get(":authority")){{method}}{{path}}
              for i = 1, #WANT do
                put(t, "h." .. WANT[i], headers:get(WANT[i]))
              end
              local body = table.concat(t)
              -- The client's port decides nothing, so its next connection need not ask again.
              local key = peer:match("^(.*):%d+$") .. body
              local now = handle:timestamp()
              local class = recall(key, now)
              if class == nil then
                if now < quiet_until then return end
                if failing then quiet_until = now + HOLD_OFF_MS end      -- one probe at a time
                t = { body }
                put(t, "peer", peer)
                local reply = handle:httpCall("clovisor_agent",
                  { [":method"] = "POST", [":path"] = "/v1/session", [":authority"] = "clovisor" },
                  table.concat(t), { asynchronous = false, timeout_ms = TIMEOUT_MS, send_xff = false })
                local status = reply and reply[":status"] or ""
                if status == "200" or status == "204" or status == "400" or status == "413" then
                  -- 400 is the request's own fault: a client must not be able to silence the filter for others.
                  class = status == "200" and reply[CLASS] or false
                  if cur[key] == nil then count = count + 1 end
                  cur[key] = class
                  failing, quiet_until = false, 0
                else
                  failing, quiet_until = true, now + HOLD_OFF_MS
                end
              end
              -- What was got before a call must not be used after it, so the headers are got again.
              if class then handle:headers():add(CLASS, class) end
            end
            """.ReplaceLineEndings("\n");
    }

    private static string Milliseconds(TimeSpan time) => Math.Max(1, (long)time.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);

    // A header's name has no quote or backslash; what has is no name, and must not become code.
    private static string Quoted(string name) =>
        name.All(letter => char.IsAsciiLetterOrDigit(letter) || "!#$%&'*+-.^_`|~".Contains(letter, StringComparison.Ordinal))
            ? $"\"{name}\""
            : throw new ArgumentException($"'{name}' is not the name of a header, so no rule can look at it.", nameof(name));
}
