using Clovisor.Bpf.Interop.Handles;

namespace Clovisor.Bpf.Testing;

/// <summary>Finds descriptors that are never disposed, and where they were opened.</summary>
/// <remarks>
/// Off by default, since every opening then costs a stack trace (some 10 µs and 1 kB). Switched on here, or for the whole life of the
/// process by the runtime option <c>Clovisor.Bpf.TraceDescriptors</c>. Covers maps, programs, links and whatever else of this library holds a
/// descriptor. Safe to use from any thread.
/// </remarks>
public static class BpfDescriptorTrace
{
    /// <summary>Whether openings are recorded from now on. What was opened before stays unknown.</summary>
    /// <value>The default is what the runtime option <c>Clovisor.Bpf.TraceDescriptors</c> says, else false.</value>
    public static bool IsEnabled
    {
        get => DescriptorTrace.IsEnabled;
        set => DescriptorTrace.IsEnabled = value;
    }

    /// <summary>What was opened while the trace was on and has not been disposed since, the oldest first. Those that the garbage
    /// collector had to close are among them, marked as lost.</summary>
    /// <returns>A copy; empty when all is well.</returns>
    public static IReadOnlyList<BpfOpenDescriptor> Snapshot() =>
    [
        .. DescriptorTrace.Open.Select(static opening =>
            new BpfOpenDescriptor(opening.Descriptor, opening.Order, opening.IsLost, opening.Stack.ToString())),
    ];

    /// <summary>Forgets those that are lost, so that the next look does not tell of them again.</summary>
    public static void ForgetLost() => DescriptorTrace.ForgetLost();
}
