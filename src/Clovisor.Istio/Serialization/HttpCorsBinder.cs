using Clovisor.Istio.Resources;

namespace Clovisor.Istio.Serialization;

internal static class HttpCorsBinder
{
    public static HttpCorsPolicy Bind(FieldReader r)
    {
        string unmatched = r.Choice("unmatchedPreflights", "UNSPECIFIED", "FORWARD", "IGNORE");
        TimeSpan? age = r.Duration("maxAge");
        if (age is { } value && value.Ticks % TimeSpan.TicksPerSecond != 0)
        {
            r.Error("maxAge", "must be whole seconds");
        }

        return new HttpCorsPolicy
        {
            // allowOrigin is the older field: plain names, compared exactly.
            AllowOrigins = [.. r.List("allowOrigins", HttpMatchBinder.StringMatch), .. r.Texts("allowOrigin").Select(static o => new StringMatch(StringMatchKind.Exact, o))],
            AllowMethods = r.Texts("allowMethods"),
            AllowHeaders = r.Texts("allowHeaders"),
            ExposeHeaders = r.Texts("exposeHeaders"),
            MaxAge = age,
            AllowCredentials = r.OptionalFlag("allowCredentials"),
            IgnoreUnmatchedPreflights = unmatched == "IGNORE",
        };
    }
}
