using Clovisor.Bpf.Pinning;

namespace Clovisor.Bpf.Tests;

/// <summary>A BPF file system of its own for one test, gone afterwards.</summary>
internal sealed class PinDirectory : IDisposable
{
    internal PinDirectory()
    {
        Root = Path.Combine(Path.GetTempPath(), $"clvt-pins-{Environment.ProcessId}-{Guid.NewGuid():N}");
        BpfFileSystem.Mount(Root);
    }

    internal string Root { get; }

    internal string Under(string name) => Path.Combine(Root, name);

    public void Dispose()
    {
        BpfFileSystem.Unmount(Root);
        Directory.Delete(Root);
    }
}
