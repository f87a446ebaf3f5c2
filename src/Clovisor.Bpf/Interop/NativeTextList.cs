using System.Runtime.InteropServices;

namespace Clovisor.Bpf.Interop;

/// <summary>An array of C strings that the kernel reads.</summary>
internal sealed unsafe class NativeTextList : IDisposable
{
    private readonly byte*[] _texts;
    private readonly byte** _list;

    internal NativeTextList(IReadOnlyList<string> texts)
    {
        _texts = new byte*[texts.Count];
        _list = (byte**)NativeMemory.AllocZeroed((nuint)texts.Count, (nuint)sizeof(byte*));
        try
        {
            for (int i = 0; i < _texts.Length; i++)
            {
                ReadOnlySpan<byte> bytes = NativeText.ToUtf8(texts[i]);
                _texts[i] = (byte*)NativeMemory.Alloc((nuint)bytes.Length);
                bytes.CopyTo(new Span<byte>(_texts[i], bytes.Length));
                _list[i] = _texts[i];
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    internal ulong Address => (ulong)_list;

    public void Dispose()
    {
        foreach (byte* text in _texts)
        {
            NativeMemory.Free(text);
        }

        NativeMemory.Free(_list);
    }
}
