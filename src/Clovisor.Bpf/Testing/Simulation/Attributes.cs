using System.Runtime.InteropServices;
using System.Text;

namespace Clovisor.Bpf.Testing.Simulation;

/// <summary>A copy of <c>union bpf_attr</c> that is as long as any kernel's; what the caller left out is zero.</summary>
internal readonly unsafe ref struct Attributes(byte* start)
{
    internal const int Length = 256;

    internal readonly ref uint U32(int offset) => ref *(uint*)(start + offset);

    internal readonly int Descriptor(int offset) => *(int*)(start + offset);

    internal readonly ref ulong U64(int offset) => ref *(ulong*)(start + offset);

    internal readonly byte* Pointer(int offset) => (byte*)U64(offset);

    internal readonly string Text(int offset) => Marshal.PtrToStringUTF8((nint)Pointer(offset)) ?? "";

    /// <summary>A fixed name of 16 bytes; null when it has characters that the kernel does not take.</summary>
    internal readonly string? ObjectName(int offset)
    {
        ReadOnlySpan<byte> bytes = new(start + offset, 16);
        int end = bytes.IndexOf((byte)0);
        if (end < 0 || bytes[end..].ContainsAnyExcept((byte)0))
        {
            return null;
        }

        foreach (byte b in bytes[..end])
        {
            if (!char.IsAsciiLetterOrDigit((char)b) && b is not (byte)'_' and not (byte)'.')
            {
                return null;
            }
        }

        return Encoding.ASCII.GetString(bytes[..end]);
    }

    /// <summary>Writes a fixed name of 16 bytes, the last of which is zero.</summary>
    internal readonly void SetText(int offset, string text) => Encoding.ASCII.GetBytes(text.AsSpan(0, Math.Min(text.Length, 15)), new Span<byte>(start + offset, 15));
}
