using System.Globalization;
using System.Text;

namespace Clovisor.Bpf.Interop;

/// <summary>What a BPF descriptor stands for, which only its name in procfs tells.</summary>
internal sealed record DescriptorKind(string Name, string ProcName)
{
    internal static readonly DescriptorKind Map = new("map", "bpf-map");
    internal static readonly DescriptorKind Program = new("program", "bpf-prog");
    internal static readonly DescriptorKind Link = new("link", "bpf_link");

    private const int NameBytes = 64;
    private static readonly DescriptorKind[] Known = [Map, Program, Link];

    /// <summary>Null when it cannot be told, for example without procfs.</summary>
    internal static unsafe DescriptorKind? Of(int descriptor)
    {
        if (SubstituteKernel.OwnerOf(descriptor) is { } substitute)
        {
            return substitute.KindOf(descriptor);
        }

        byte* buffer = stackalloc byte[NameBytes];
        fixed (byte* path = NativeText.ToUtf8(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{descriptor}")))
        {
            nint length = LibC.readlink(path, buffer, NameBytes);
            string name = length > 0 ? Encoding.UTF8.GetString(buffer, (int)length) : "";
            return Array.Find(Known, kind => name.EndsWith(kind.ProcName, StringComparison.Ordinal));
        }
    }
}
