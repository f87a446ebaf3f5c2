using Clovisor.Istio.Resources;

namespace Clovisor.Istio.Serialization;

internal static class HttpMatchBinder
{
    public static HttpMatch Bind(FieldReader r) => new()
    {
        Line = r.Line,
        Name = r.Text("name"),
        Uri = r.Object("uri", StringMatch),
        IgnoreUriCase = r.Flag("ignoreUriCase"),
        Scheme = r.Object("scheme", StringMatch),
        Method = r.Object("method", StringMatch),
        Authority = r.Object("authority", StringMatch),
        Headers = r.ObjectMap("headers", StringMatch),
        WithoutHeaders = r.ObjectMap("withoutHeaders", StringMatch),
        QueryParams = r.ObjectMap("queryParams", StringMatch),
        Port = r.Integer("port", 0, 65535),
        SourceLabels = r.TextMap("sourceLabels"),
        SourceNamespace = r.Text("sourceNamespace"),
        Gateways = r.Texts("gateways"),
        StatPrefix = r.Text("statPrefix"),
    };

    public static StringMatch StringMatch(FieldReader r)
    {
        string? exact = r.OptionalText("exact");
        string? prefix = r.OptionalText("prefix");
        string? regex = r.OptionalText("regex");
        int given = (exact is null ? 0 : 1) + (prefix is null ? 0 : 1) + (regex is null ? 0 : 1);
        if (given > 1)
        {
            r.Errors.Add(r.Line, r.Path, "has more than one of exact, prefix and regex; write one match for each");
        }

        return exact is not null ? new StringMatch(StringMatchKind.Exact, exact)
            : prefix is not null ? new StringMatch(StringMatchKind.Prefix, prefix)
            : regex is not null ? new StringMatch(StringMatchKind.Regex, regex)
            : new StringMatch(StringMatchKind.Present, "");
    }
}
