using System.Text;
using System.Text.Json;

namespace Clovisor.Istio.Sources.Kubernetes.Connection;

/// <summary>Reads the object of kind Status in which an API server says what is wrong.</summary>
internal static class StatusText
{
    private const int LongestRaw = 200;

    /// <summary>Gets code and message. Of anything else than a Status the message is its beginning, and the code 0.</summary>
    public static (int Code, string Message) Read(ReadOnlySpan<byte> body)
    {
        try
        {
            int code = 0;
            string message = "";
            var reader = new Utf8JsonReader(body);
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                bool isCode = reader.ValueTextEquals("code"u8);
                bool isMessage = reader.ValueTextEquals("message"u8);
                reader.Read();
                code = isCode && reader.TokenType == JsonTokenType.Number ? reader.GetInt32() : code;
                message = isMessage && reader.TokenType == JsonTokenType.String ? reader.GetString()! : message;
                reader.Skip();
            }

            return (code, message);
        }
        catch (JsonException)
        {
            return (0, Encoding.UTF8.GetString(body[..Math.Min(body.Length, LongestRaw)]).Trim());
        }
    }
}
