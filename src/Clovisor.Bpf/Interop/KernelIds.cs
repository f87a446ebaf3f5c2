namespace Clovisor.Bpf.Interop;

/// <summary>Walks the numbers that the kernel gives to programs, maps, links and BTF objects.</summary>
internal static class KernelIds
{
    internal static IEnumerable<uint> Enumerate(BpfCommand command, string what)
    {
        uint id = 0;
        while (true)
        {
            int result = Next(command, ref id);
            if (result == -Errno.ENOENT)
            {
                yield break;
            }

            if (result < 0)
            {
                throw BpfErrors.Create("list", $"the {what} in the kernel", -result, "Listing needs CAP_SYS_ADMIN.");
            }

            yield return id;
        }
    }

    /// <summary>A descriptor, or minus errno.</summary>
    internal static int Open(BpfCommand command, uint id)
    {
        var attributes = new IdAttributes { Id = id };
        return BpfSyscall.Call(command, ref attributes);
    }

    private static int Next(BpfCommand command, ref uint id)
    {
        var attributes = new IdAttributes { Id = id };
        int result = BpfSyscall.Call(command, ref attributes);
        id = attributes.NextId;
        return result;
    }
}
