namespace Clovisor.Testing;

/// <summary>Counts what BPF descriptors this process holds, to find those that a test leaks.</summary>
public static class OpenDescriptors
{
    /// <summary>The open descriptors of BPF maps, programs, links and BTF blobs.</summary>
    public static int CountBpf()
    {
        int count = 0;
        foreach (string path in Directory.EnumerateFileSystemEntries("/proc/self/fd"))
        {
            try
            {
                string? target = File.ResolveLinkTarget(path, returnFinalTarget: false)?.Name;
                if (target is not null && (target.Contains("bpf", StringComparison.Ordinal) || target.Contains("btf", StringComparison.Ordinal)))
                {
                    count++;
                }
            }
            catch (IOException)
            {
                // Closed meanwhile by another thread.
            }
        }

        return count;
    }

    /// <summary>Runs code and throws when it leaves more BPF descriptors open than there were. Not for tests that run beside others.</summary>
    public static void MustNotLeak(Action action)
    {
        // What others dropped for the finalizer must not be counted as freed by the action.
        Collect();
        int before = CountBpf();
        action();
        int after = CountBpf();
        if (after > before)
        {
            throw new InvalidOperationException($"{after - before} BPF descriptors were left open ({before} before, {after} after).");
        }
    }

    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }
}
