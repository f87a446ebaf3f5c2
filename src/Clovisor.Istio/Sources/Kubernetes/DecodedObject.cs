using System.Text.Json;
using Clovisor.Istio.Resources;
using Clovisor.Istio.Serialization;
using Clovisor.Istio.Sources.Kubernetes.Connection;
using Clovisor.Istio.Validation;

namespace Clovisor.Istio.Sources.Kubernetes;

/// <summary>An object of a cluster as it is known: its version, and what it was decoded to.</summary>
internal sealed record DecodedObject(string ResourceVersion, UInt128 Fingerprint, ObjectReadResult Result)
{
    /// <summary>Decodes an object, or takes over what the former version of it was decoded to where both say the same.</summary>
    public static DecodedObject From(RawObject raw, WatchedKind kind, string apiVersion, string source, DecodedObject? former)
    {
        YamlNode document;
        try
        {
            document = JsonTree.Read(raw.Json.Span);
        }
        catch (JsonException e)
        {
            return new DecodedObject(raw.ResourceVersion, 0, new ObjectReadResult(null, null, null, [new ConfigurationError(new SourceLocation(source, 0), $"{kind.Kind} {raw.Key}", "", $"this is not JSON: {e.Message}")], []));
        }

        UInt128 fingerprint = Kubernetes.Fingerprint.Of(document, kind.StatusFields);
        return former?.Fingerprint == fingerprint
            ? former with { ResourceVersion = raw.ResourceVersion }
            : new DecodedObject(raw.ResourceVersion, fingerprint, new DocumentReader().ReadObject(document, apiVersion, kind.Kind, source));
    }
}
