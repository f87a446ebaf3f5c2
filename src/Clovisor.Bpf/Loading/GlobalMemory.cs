using Clovisor.Bpf.Interop.Handles;

namespace Clovisor.Bpf.Loading;

/// <summary>A section of global variables of a loaded object, mapped into this process.</summary>
/// <remarks>
/// A <c>ref</c> into it can be held by anyone. So disposal lets go of the map's pages and leaves private pages of zero in their place: what still
/// holds a reference reads zero, and what it writes is lost. There is no finalizer, which would cut off references that are in use.
/// </remarks>
internal sealed unsafe class GlobalMemory : IDisposable
{
    private readonly byte* _start;
    private readonly int _size;
    private readonly nuint _length;

    private GlobalMemory(byte* start, int size, nuint length)
    {
        _start = start;
        _size = size;
        _length = length;
    }

    internal Span<byte> Bytes => new(_start, _size);

    /// <exception cref="BpfException">The kernel cannot map the section.</exception>
    internal static GlobalMemory Map(BpfHandle map, BpfMapDefinition section)
    {
        bool writable = !BpfGlobalDefinition.IsConstantSection(section.Section!);
        nuint page = (nuint)Environment.SystemPageSize;
        nuint length = ((nuint)section.ValueSize + page - 1) & ~(page - 1);
        byte* start = MappedMemory.MapPages(map, length, 0, writable, $"section {section.Name}", static _ =>
            "Global variables can be mapped from Linux 5.5; before it, read and write the section as an array map of one element.");
        return new GlobalMemory(start, section.ValueSize, length);
    }

    public void Dispose() => MappedMemory.Retire(_start, _length);
}
