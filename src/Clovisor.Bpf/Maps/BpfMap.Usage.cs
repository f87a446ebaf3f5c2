using System.Globalization;
using Clovisor.Bpf.Interop.Handles;

namespace Clovisor.Bpf.Maps;

public sealed partial class BpfMap
{
    private const string MemoryField = "memlock:";
    private const string FrozenField = "frozen:";

    /// <summary>What the map takes and whether it is frozen: what the kernel says in procfs alone.</summary>
    /// <returns>Null when procfs cannot be read, and for maps of a fake kernel.</returns>
    public BpfMapUsage? ReadUsage()
    {
        using BpfHandle.FdLease lease = Handle.Lease();
        try
        {
            long? memory = null;
            bool frozen = false;
            foreach (string line in File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fdinfo/{lease.Descriptor}")))
            {
                if (line.StartsWith(MemoryField, StringComparison.Ordinal))
                {
                    memory = long.Parse(line.AsSpan(MemoryField.Length).Trim(), NumberStyles.None, CultureInfo.InvariantCulture);
                }
                else if (line.StartsWith(FrozenField, StringComparison.Ordinal))
                {
                    frozen = !line.AsSpan(FrozenField.Length).Trim().SequenceEqual("0");
                }
            }

            return memory is { } bytes ? new BpfMapUsage(bytes, frozen) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            return null;
        }
    }
}
