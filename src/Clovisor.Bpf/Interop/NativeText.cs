using System.Runtime.InteropServices;
using System.Text;

namespace Clovisor.Bpf.Interop;

/// <summary>Text across the native border: UTF-8, ended by zero.</summary>
internal static unsafe class NativeText
{
    internal const int KernelNameLength = 16;

    internal static byte[] ToUtf8(string text)
    {
        ArgumentException.ThrowIfNullOrEmpty(text);
        byte[] bytes = new byte[Encoding.UTF8.GetByteCount(text) + 1];
        Encoding.UTF8.GetBytes(text, bytes);
        return bytes;
    }

    /// <summary>Copies borrowed text; null gives the empty string.</summary>
    internal static string Read(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? "";

    /// <summary>A name as the kernel keeps it: 16 bytes, cut at the first zero.</summary>
    internal static string ReadKernelName(byte* name)
    {
        ReadOnlySpan<byte> bytes = new(name, KernelNameLength);
        int end = bytes.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }

    /// <summary>Writes a name as the kernel takes it: 15 bytes of letters, digits, dot and underscore; the rest is cut or replaced.</summary>
    internal static void WriteKernelName(string name, byte* destination)
    {
        for (int i = 0; i < KernelNameLength - 1 && i < name.Length; i++)
        {
            char c = name[i];
            destination[i] = char.IsAsciiLetterOrDigit(c) || c is '.' or '_' ? (byte)c : (byte)'_';
        }
    }
}
