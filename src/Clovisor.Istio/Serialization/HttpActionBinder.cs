using System.Text;
using Clovisor.Istio.Resources;

namespace Clovisor.Istio.Serialization;

/// <summary>Reads what a rule does besides forwarding.</summary>
internal static class HttpActionBinder
{
    public static HttpRedirect Redirect(FieldReader r)
    {
        // The two are one choice, and the later field of its definition has it: a port beside derivePort is not even checked. (The schema that a cluster
        // checks objects with refuses both together.) A port of 0 is a choice too: none is written, as with the protocol's default.
        string derive = r.Choice("derivePort", "FROM_PROTOCOL_DEFAULT", "FROM_REQUEST_PORT");
        int port = r.Integer("port", 0, derive.Length > 0 ? int.MaxValue : 65535);

        return new HttpRedirect
        {
            Uri = r.Text("uri"),
            PrefixRewrite = r.OptionalText("prefixRewrite"),
            Authority = r.Text("authority"),
            Scheme = r.Text("scheme"),
            Port = derive.Length > 0 ? 0 : port,
            DerivePort = derive switch
            {
                "FROM_REQUEST_PORT" => RedirectPortSource.Request,
                "FROM_PROTOCOL_DEFAULT" => RedirectPortSource.ProtocolDefault,
                _ when port == 0 && r.Has("port") => RedirectPortSource.ProtocolDefault,
                _ => null,
            },
            Code = r.Integer("redirectCode", 0, 999),
        };
    }

    public static HttpRewrite Rewrite(FieldReader r)
    {
        HttpRewrite? regex = r.Object("uriRegexRewrite", static x => new HttpRewrite { RegexMatch = x.Text("match"), RegexSubstitution = x.Text("rewrite") });
        return new HttpRewrite
        {
            Uri = r.Text("uri"),
            Authority = r.Text("authority"),
            RegexMatch = regex?.RegexMatch,
            RegexSubstitution = regex?.RegexSubstitution,
        };
    }

    public static HttpDirectResponse DirectResponse(FieldReader r) => new()
    {
        Status = r.Integer("status", 0, int.MaxValue),
        Body = r.Object("body", Body)?.Text,
    };

    public static HttpRetries Retries(FieldReader r)
    {
        r.Ignore("backoff", "retryIgnorePreviousHosts", "retryRemoteLocalities");
        return new HttpRetries
        {
            Attempts = r.Integer("attempts", 0, int.MaxValue),
            PerTryTimeout = r.Duration("perTryTimeout"),
            RetryOn = r.Text("retryOn"),
        };
    }

    private static ResponseBody Body(FieldReader r)
    {
        string? text = r.OptionalText("string");
        string? bytes = r.OptionalText("bytes");
        if (bytes is null)
        {
            return new ResponseBody(text ?? "");
        }

        if (text is not null)
        {
            r.Error("bytes", "cannot stand beside string");
        }

        byte[] decoded = new byte[(bytes.Length * 3 / 4) + 3];
        if (Convert.TryFromBase64String(bytes, decoded, out int length))
        {
            return new ResponseBody(Encoding.UTF8.GetString(decoded, 0, length));
        }

        r.Error("bytes", "is not base64");
        return new ResponseBody("");
    }

    private sealed record ResponseBody(string Text);
}
