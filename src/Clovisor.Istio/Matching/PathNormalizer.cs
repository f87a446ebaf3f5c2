using System.Buffers;
using System.Text;
using Clovisor.Istio.Resources;

namespace Clovisor.Istio.Matching;

/// <summary>
/// Normalises paths as Envoy does before it routes, in this order:
/// 1. escaped slashes and backslashes are decoded, if asked for;
/// 2. backslashes become slashes, escapes of unreserved characters are decoded, characters that a path cannot hold are escaped,
///    and dot segments, escaped ones too, are resolved;
/// 3. runs of slashes become one, if asked for.
/// </summary>
internal static class PathNormalizer
{
    private static readonly SearchValues<char> Suspects = SearchValues.Create("%\\\"<>^`{|} ");

    /// <summary>Says whether normalising may change the path; false spares the copy.</summary>
    public static bool MayChange(ReadOnlySpan<char> path, PathNormalization mode) => mode != PathNormalization.None &&
        (path.ContainsAny(Suspects) || path.IndexOf("/.") >= 0 || !Ascii.IsValid(path) ||
        (mode >= PathNormalization.MergeSlashes && path.IndexOf("//") >= 0));

    /// <summary>Gets the room that the result may need: an escaped character takes up to nine.</summary>
    public static int RoomFor(ReadOnlySpan<char> path) => path.Length * 9;

    /// <summary>Writes the normalised path, which has no query, and gets its length.</summary>
    public static int Normalize(ReadOnlySpan<char> path, Span<char> result, PathNormalization mode)
    {
        char[]? rented = null;
        if (mode == PathNormalization.DecodeAndMergeSlashes)
        {
            rented = ArrayPool<char>.Shared.Rent(path.Length);
            path = rented.AsSpan(0, DecodeSlashes(path, rented));
        }

        int length = Canonicalize(path, result);
        if (rented is not null)
        {
            ArrayPool<char>.Shared.Return(rented);
        }

        return mode >= PathNormalization.MergeSlashes ? MergeSlashes(result[..length]) : length;
    }

    private static int DecodeSlashes(ReadOnlySpan<char> path, Span<char> result)
    {
        int end = 0;
        for (int i = 0; i < path.Length; i++)
        {
            char decoded = path[i] == '%' && i + 2 < path.Length ? (path[i + 1], (char)(path[i + 2] | 0x20)) switch
            {
                ('2', 'f') => '/',
                ('5', 'c') => '\\',
                _ => '\0',
            } : '\0';
            result[end++] = decoded == '\0' ? path[i] : decoded;
            i += decoded == '\0' ? 0 : 2;
        }

        return end;
    }

    private static int Canonicalize(ReadOnlySpan<char> path, Span<char> result)
    {
        int end = 0;
        int at = 0;
        while (at < path.Length)
        {
            char c = path[at];
            if (c is '/' or '\\')
            {
                result[end++] = '/';
                at++;
                int dots = Dots(path[at..], out int length);
                bool closed = at + length == path.Length || path[at + length] is '/' or '\\';
                if (dots == 0 || !closed)
                {
                    continue;
                }

                // "/./" goes, "/../" takes the segment before it along. The slash after the dots is what remains.
                at += length;
                end = dots == 2 ? SegmentBefore(result[..end]) : end;
                if (at < path.Length)
                {
                    end--;
                }

                continue;
            }

            end += Character(path, ref at, result[end..]);
        }

        return end;
    }

    // The end of the path up to and including the slash before its last segment; the root stays.
    private static int SegmentBefore(ReadOnlySpan<char> result) =>
        result.Length <= 1 ? result.Length : result[..^1].LastIndexOf('/') + 1;

    /// <summary>Counts one or two dots, written plainly or as <c>%2e</c>.</summary>
    private static int Dots(ReadOnlySpan<char> path, out int length)
    {
        int dots = 0;
        length = 0;
        while (dots < 2)
        {
            ReadOnlySpan<char> rest = path[length..];
            if (rest.StartsWith("."))
            {
                length++;
            }
            else if (rest.Length >= 3 && rest[0] == '%' && rest[1] == '2' && (rest[2] | 0x20) == 'e')
            {
                length += 3;
            }
            else
            {
                break;
            }

            dots++;
        }

        return dots;
    }

    private static int Character(ReadOnlySpan<char> path, ref int at, Span<char> result)
    {
        char c = path[at];
        if (c == '%' && at + 2 < path.Length && char.IsAsciiHexDigit(path[at + 1]) && char.IsAsciiHexDigit(path[at + 2]))
        {
            int value = (HexValue(path[at + 1]) << 4) | HexValue(path[at + 2]);
            if (value < 0x80 && (char.IsAsciiLetterOrDigit((char)value) || value is '-' or '.' or '_' or '~'))
            {
                result[0] = (char)value;
                at += 3;
                return 1;
            }

            path.Slice(at, 3).CopyTo(result);
            at += 3;
            return 3;
        }

        if (c is > ' ' and < (char)0x7F and not ('"' or '<' or '>' or '^' or '`' or '{' or '|' or '}'))
        {
            result[0] = c;
            at++;
            return 1;
        }

        return Escape(path, ref at, result);
    }

    private static int Escape(ReadOnlySpan<char> path, ref int at, Span<char> result)
    {
        Rune.DecodeFromUtf16(path[at..], out Rune rune, out int consumed);
        at += Math.Max(1, consumed);
        Span<byte> bytes = stackalloc byte[4];
        int count = rune.EncodeToUtf8(bytes);
        for (int i = 0; i < count; i++)
        {
            result[i * 3] = '%';
            result[(i * 3) + 1] = "0123456789ABCDEF"[bytes[i] >> 4];
            result[(i * 3) + 2] = "0123456789ABCDEF"[bytes[i] & 15];
        }

        return count * 3;
    }

    private static int HexValue(char digit) => char.IsAsciiDigit(digit) ? digit - '0' : (digit | 0x20) - 'a' + 10;

    private static int MergeSlashes(Span<char> path)
    {
        int end = 0;
        for (int i = 0; i < path.Length; i++)
        {
            if (path[i] != '/' || end == 0 || path[end - 1] != '/')
            {
                path[end++] = path[i];
            }
        }

        // Envoy puts the first and the last slash back, and does not see that they are one: "//" and "///" become "//".
        return end == 1 && path.Length > 1 ? 2 : end;
    }
}
