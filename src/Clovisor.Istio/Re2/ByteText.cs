using System.Text;

namespace Clovisor.Istio.Re2;

/// <summary>Text as its UTF-8 bytes, one character a byte.</summary>
internal static class ByteText
{
    /// <summary>Gets the most characters that encoding can write.</summary>
    public static int RoomFor(int length) => length * 3;

    /// <summary>Writes the bytes of a text and gets their number.</summary>
    public static int Encode(ReadOnlySpan<char> text, Span<char> result)
    {
        Span<byte> bytes = stackalloc byte[4];
        int end = 0;
        while (!text.IsEmpty)
        {
            Rune.DecodeFromUtf16(text, out Rune rune, out int consumed);
            text = text[Math.Max(1, consumed)..];
            int count = rune.EncodeToUtf8(bytes);
            for (int i = 0; i < count; i++)
            {
                result[end++] = (char)(bytes[i] < 0x80 ? bytes[i] : bytes[i] + ByteSet.Beyond);
            }
        }

        return end;
    }

    public static string Encode(string text)
    {
        char[] result = new char[RoomFor(text.Length)];
        return new string(result, 0, Encode(text, result));
    }

    public static string Decode(string text)
    {
        byte[] bytes = new byte[text.Length];
        for (int i = 0; i < text.Length; i++)
        {
            bytes[i] = ByteAt(text, i);
        }

        return Encoding.UTF8.GetString(bytes);
    }

    public static byte ByteAt(string text, int index) => (byte)(text[index] < 0x80 ? text[index] : text[index] - ByteSet.Beyond);
}
