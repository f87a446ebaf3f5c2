using Clovisor.Bpf.Interop;

namespace Clovisor.Bpf.Tests;

/// <summary>What is in the kernel, of all processes.</summary>
internal static class KernelObjects
{
    private const BpfCommand MapGetNextId = (BpfCommand)12;

    /// <summary>The numbers of all maps.</summary>
    internal static List<uint> MapIds()
    {
        var ids = new List<uint>();
        var attributes = new IdAttributes();
        while (BpfSyscall.Call(MapGetNextId, ref attributes) >= 0)
        {
            ids.Add(attributes.NextId);
            attributes = new IdAttributes { Id = attributes.NextId };
        }

        return ids;
    }
}
