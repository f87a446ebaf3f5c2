using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Clovisor.Hosting.Kubernetes.Status;
using Clovisor.Istio.Sources.Kubernetes.Objects;

namespace Clovisor.Hosting.Kubernetes.Following;

/// <summary>A WAN object as a cluster has it, with as much read of it as following and status need.</summary>
internal sealed record WanObject
{
    internal required KubernetesKind Kind { get; init; }

    internal required string Name { get; init; }

    /// <summary>Grows with each change of what is wanted.</summary>
    internal required long Generation { get; init; }

    /// <summary>The object without anything that changes by itself: what the reader of documents gets.</summary>
    internal required string Text { get; init; }

    /// <summary>The status as it is; null when there is none, or none that can be read.</summary>
    internal WanObjectStatus? Status { get; init; }

    /// <summary>The labels that a node must have for a link to be there.</summary>
    internal FrozenDictionary<string, string> NodeSelector { get; init; } = FrozenDictionary<string, string>.Empty;

    /// <summary>The links that an association names.</summary>
    internal ImmutableArray<string> Links { get; init; } = [];

    internal string Subject => $"{Kind.Kind}/{Name}";

    internal static WanObject Read(KubernetesObject item)
    {
        using JsonDocument document = JsonDocument.Parse(item.Json);
        JsonElement root = document.RootElement;
        JsonElement? spec = Find(root, "spec");
        return new WanObject
        {
            Kind = item.Kind,
            Name = item.Name,
            Generation = Find(root, "metadata", "generation") is { ValueKind: JsonValueKind.Number } generation ? generation.GetInt64() : 0,
            Text = TextOf(item, spec),
            Status = StatusOf(root),
            NodeSelector = spec is { } link && Find(link, "nodeSelector") is { ValueKind: JsonValueKind.Object } selector
                ? selector.EnumerateObject().ToFrozenDictionary(label => label.Name, label => label.Value.ToString(), StringComparer.Ordinal)
                : FrozenDictionary<string, string>.Empty,
            Links = spec is { } association && Find(association, "tiers") is { ValueKind: JsonValueKind.Array } tiers
                ? [.. tiers.EnumerateArray().Select(tier => Find(tier, "links")).OfType<JsonElement>().Where(links => links.ValueKind == JsonValueKind.Array).SelectMany(links => links.EnumerateArray()).Select(link => link.ToString())]
                : [],
        };
    }

    /// <summary>Finds the labels of an object.</summary>
    internal static FrozenDictionary<string, string> LabelsOf(KubernetesObject item)
    {
        using JsonDocument document = JsonDocument.Parse(item.Json);
        return Find(document.RootElement, "metadata", "labels") is { ValueKind: JsonValueKind.Object } labels
            ? labels.EnumerateObject().ToFrozenDictionary(label => label.Name, label => label.Value.ToString(), StringComparer.Ordinal)
            : FrozenDictionary<string, string>.Empty;
    }

    private static JsonElement? Find(JsonElement from, params ReadOnlySpan<string> path)
    {
        foreach (string name in path)
        {
            if (from.ValueKind != JsonValueKind.Object || !from.TryGetProperty(name, out from))
            {
                return null;
            }
        }

        return from;
    }

    private static WanObjectStatus? StatusOf(JsonElement root)
    {
        try
        {
            return Find(root, "status") is { ValueKind: JsonValueKind.Object } status ? status.Deserialize(StatusJson.Default.WanObjectStatus) : null;
        }
        catch (JsonException)
        {
            // Of a newer version, perhaps. What this node says of the object is written over it.
            return null;
        }
    }

    private static string TextOf(KubernetesObject item, JsonElement? spec)
    {
        using MemoryStream text = new();
        using (Utf8JsonWriter writer = new(text))
        {
            writer.WriteStartObject();
            writer.WriteString("apiVersion"u8, item.Kind.ApiVersion);
            writer.WriteString("kind"u8, item.Kind.Kind);
            writer.WriteStartObject("metadata"u8);
            writer.WriteString("name"u8, item.Name);
            writer.WriteEndObject();
            if (spec is { } wanted)
            {
                writer.WritePropertyName("spec"u8);
                wanted.WriteTo(writer);
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(text.GetBuffer().AsSpan(0, (int)text.Length));
    }
}
