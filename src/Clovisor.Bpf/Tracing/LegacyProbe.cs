using System.Globalization;
using Clovisor.Bpf.Interop;

namespace Clovisor.Bpf.Tracing;

/// <summary>A probe made by name through tracefs, as kernels before 4.17 want it. Removed on disposal.</summary>
internal sealed class LegacyProbe : IDisposable
{
    private const string Group = "clovisor";
    private static int _counter;
    private readonly string _list;
    private readonly string _name;

    private LegacyProbe(string list, string name)
    {
        _list = list;
        _name = name;
    }

    internal uint EventId { get; private set; }

    /// <summary>Makes a probe.</summary>
    /// <param name="unit"><c>kprobe</c> or <c>uprobe</c>.</param>
    /// <param name="location">As tracefs wants it: <c>function+0x0</c> or <c>/path:0x10</c>.</param>
    /// <param name="atReturn">Whether it is for the return.</param>
    /// <param name="operation">What is tried, for the message.</param>
    internal static LegacyProbe Create(string unit, string location, bool atReturn, string operation)
    {
        string root = TraceFileSystem.Find() ?? throw new BpfNotSupportedException(
            operation, location, 0, $"The kernel has no event source for a {unit}, and tracefs, the older way, is not mounted: mount -t tracefs tracefs /sys/kernel/tracing");
        string list = Path.Combine(root, $"{unit}_events");
        string name = string.Create(CultureInfo.InvariantCulture, $"p{Environment.ProcessId}_{Interlocked.Increment(ref _counter)}");
        if (!File.Exists(list))
        {
            throw new BpfNotSupportedException(operation, location, Errno.ENOENT, $"The kernel is built without probes of this kind (CONFIG_{unit.ToUpperInvariant()}_EVENTS): neither its event source nor {list} exists.");
        }

        try
        {
            File.AppendAllText(list, $"{(atReturn ? 'r' : 'p')}:{Group}/{name} {location}\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BpfException(operation, location, 0, $"{list}: {e.Message}");
        }

        var probe = new LegacyProbe(list, name);
        try
        {
            probe.EventId = TraceFileSystem.ReadEventId(Group, name, operation);
            return probe;
        }
        catch
        {
            probe.Dispose();
            throw;
        }
    }

    /// <summary>Removes the probe. One that is in use still stays, and the kernel's refusal of it is no error of ours.</summary>
    public void Dispose()
    {
        try
        {
            File.AppendAllText(_list, $"-:{Group}/{_name}\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Nothing is left to try.
        }
    }
}
