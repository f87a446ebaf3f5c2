using System.Runtime.CompilerServices;
using System.Text;

namespace Clovisor.Wan.Datapath.Layout;

/// <summary>A name in a map: UTF-8, the rest zero, at least one zero at the end.</summary>
[InlineArray(Capacity)]
internal struct ClvName
{
    internal const int Capacity = 64;

    private byte _first;

    internal static int MaxBytes => Capacity - 1;

    internal static ClvName From(string name)
    {
        ClvName result = default;
        _ = Encoding.UTF8.GetBytes(name, ((Span<byte>)result)[..MaxBytes]);
        return result;
    }

    public override readonly string ToString()
    {
        ReadOnlySpan<byte> bytes = this;
        int end = bytes.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }
}
