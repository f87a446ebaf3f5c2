using Clovisor.Istio.Routing;

namespace Clovisor.Hosting.Envoy;

/// <summary>Writes the Lua filter that asks the session API for the class of a request, once for equal fields, and sets <c>x-clv-class</c> by the answer.</summary>
/// <remarks>Whatever the agent does, the request goes on: without an answer it carries no class.</remarks>
internal static class ReportScript
{
    internal static string Render(RequestFields fields, EnvoySettings settings, int? port) =>
        HeadScript.Head(fields, port) + HeadScript.Ask(settings.Timeout, settings.HoldOff) + $$"""
            local CLASS = "x-clv-class"
            local GENERATION_MS = {{HeadScript.Milliseconds(settings.RememberFor / 2)}}
            local MAX_KEYS = 4096

            -- Two generations: an answer is used again for one to two of them, and memory is bounded.
            local cur, old, count, turn = {}, {}, 0, 0

            local function recall(key, now)
              if now >= turn or count >= MAX_KEYS then
                old = now < turn + GENERATION_MS and cur or {}
                cur, count, turn = {}, 0, now + GENERATION_MS
              end
              local class = cur[key]
              if class == nil then class = old[key] end
              return class
            end

            function envoy_on_request(handle)
              local headers = handle:headers()
              -- Only the agent's answer may choose a class.
              headers:remove(CLASS)
              local info = handle:streamInfo()
              local peer = info:downstreamDirectRemoteAddress()
              local body = head(headers, info)
              -- The client's port decides nothing, so its next connection need not ask again.
              local key = peer:match("^(.*):%d+$") .. body
              local class = recall(key, handle:timestamp())
              if class == nil then
                local t = { body }
                put(t, "peer", peer)
                local status, reply = ask(handle, "/v1/session", table.concat(t))
                if status then
                  class = status == "200" and reply[CLASS] or false
                  if cur[key] == nil then count = count + 1 end
                  cur[key] = class
                end
              end
              -- What was got before a call must not be used after it, so the headers are got again.
              if class then handle:headers():add(CLASS, class) end
            end
            """.ReplaceLineEndings("\n");
}
