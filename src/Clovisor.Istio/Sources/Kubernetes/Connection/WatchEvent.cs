using System.Net;
using System.Text.Json;

namespace Clovisor.Istio.Sources.Kubernetes.Connection;

internal enum WatchEventKind
{
    /// <summary>The object was created or changed.</summary>
    Upserted,

    /// <summary>The object is gone.</summary>
    Deleted,

    /// <summary>Nothing happened; the object holds nothing but the version that the watch has come to.</summary>
    Bookmark,
}

/// <summary>One line of a watch.</summary>
internal readonly record struct WatchEvent(WatchEventKind Kind, RawObject Object)
{
    /// <summary>Reads a line.</summary>
    /// <exception cref="ApiException">The line is an error; with status 410 the version that the watch began at is too old.</exception>
    /// <exception cref="JsonException">It is not an event.</exception>
    public static WatchEvent Read(ReadOnlyMemory<byte> line)
    {
        var reader = new Utf8JsonReader(line.Span, new JsonReaderOptions { MaxDepth = 200 });
        string type = "";
        ReadOnlyMemory<byte> json = default;
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isType = reader.ValueTextEquals("type"u8);
            bool isObject = reader.ValueTextEquals("object"u8);
            reader.Read();
            type = isType ? reader.GetString()! : type;
            int start = (int)reader.TokenStartIndex;
            reader.Skip();
            json = isObject ? line[start..(int)reader.BytesConsumed] : json;
        }

        return type switch
        {
            "ADDED" or "MODIFIED" => new WatchEvent(WatchEventKind.Upserted, RawObject.Read(json)),
            "DELETED" => new WatchEvent(WatchEventKind.Deleted, RawObject.Read(json)),
            "BOOKMARK" => new WatchEvent(WatchEventKind.Bookmark, RawObject.Read(json)),
            "ERROR" => throw ErrorOf(json),
            _ => throw new JsonException($"A watch sent an event of the unknown type \"{type}\"."),
        };
    }

    private static ApiException ErrorOf(ReadOnlyMemory<byte> status)
    {
        (int code, string message) = StatusText.Read(status.Span);
        return new ApiException((HttpStatusCode)code, message);
    }
}
