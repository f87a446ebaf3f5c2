using System.Collections.Immutable;
using System.Globalization;
using Clovisor.Istio.Resources;

namespace Clovisor.Istio.Serialization;

/// <summary>The metadata of an object.</summary>
internal sealed record ResourceHeader(
    string Name,
    string Namespace,
    DateTimeOffset? Created,
    ImmutableDictionary<string, string> Labels,
    ImmutableDictionary<string, string> Annotations,
    SourceLocation Source)
{
    public static ResourceHeader Bind(FieldReader r, SourceLocation source)
    {
        // What the API server adds is no business of ours and grows with its versions.
        KubernetesBinder.IgnoreRest(r);
        DateTimeOffset? created = null;
        if (r.OptionalText("creationTimestamp") is { } text)
        {
            if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset time))
            {
                created = time;
            }
            else
            {
                r.Error("creationTimestamp", $"\"{text}\" is not a time such as 2026-01-31T12:00:00Z");
            }
        }

        string name = r.RequiredText("name");
        string scope = r.Text("namespace");
        return new ResourceHeader(name, scope.Length == 0 ? "default" : scope, created, r.TextMap("labels"), r.TextMap("annotations"), source);
    }
}
