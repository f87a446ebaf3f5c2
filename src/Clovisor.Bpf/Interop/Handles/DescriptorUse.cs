using System.Runtime.InteropServices;

namespace Clovisor.Bpf.Interop.Handles;

/// <summary>
/// Which descriptor a thread's call is using. A call says so by two plain stores, where a counted reference costs two locked instructions, a
/// tenth of what reading an element takes. Whoever closes the descriptor pays instead: one barrier for all threads of the process, a look at each
/// thread, and a wait for those that are in a call. That is the asymmetric form of hazard pointers (M. M. Michael, "Hazard Pointers", 2004).
/// </summary>
/// <remarks>
/// For calls that end by themselves, and soon: closing waits for them. Nothing that can throw, wait or call back may stand between
/// <see cref="Begin"/> and <see cref="End"/>, and such calls do not nest.
/// </remarks>
[StructLayout(LayoutKind.Sequential)]
internal sealed class DescriptorUse
{
    private const int None = -1;

    [ThreadStatic]
    private static DescriptorUse? t_ofThread;

    private int _descriptor = None;

    // Two threads that write to one cache line slow each other down.
    private readonly CacheLines _distance;

    private DescriptorUse() => _ = _distance;

    internal static DescriptorUse OfThread => t_ofThread ?? Register();

    internal void Begin(int descriptor) => Volatile.Write(ref _descriptor, descriptor);

    internal void End() => Volatile.Write(ref _descriptor, None);

    /// <summary>
    /// Returns when no thread is in a call on the descriptor any more. Before, the caller has made whoever begins one find the handle closed: a thread
    /// that looked before that has its store seen here, because of the barrier.
    /// </summary>
    internal static void AwaitEnd(int descriptor)
    {
        Interlocked.MemoryBarrierProcessWide();
        WeakReference<DescriptorUse>[] all;
        lock (Registry.Gate)
        {
            all = Registry.All;
        }

        foreach (WeakReference<DescriptorUse> reference in all)
        {
            if (!reference.TryGetTarget(out DescriptorUse? use))
            {
                continue;
            }

            var spin = default(SpinWait);
            while (Volatile.Read(ref use._descriptor) == descriptor)
            {
                spin.SpinOnce();
            }
        }
    }

    private static DescriptorUse Register()
    {
        var use = new DescriptorUse();
        lock (Registry.Gate)
        {
            // Those of threads that have ended go on the way.
            Registry.All = [.. Registry.All.Where(static reference => reference.TryGetTarget(out _)), new WeakReference<DescriptorUse>(use)];
        }

        t_ofThread = use;
        return use;
    }

    // Apart, so that what every call reads needs no check for initialized statics.
    private static class Registry
    {
        internal static readonly Lock Gate = new();

        internal static WeakReference<DescriptorUse>[] All { get; set; } = [];
    }

    [StructLayout(LayoutKind.Sequential, Size = 128)]
    private struct CacheLines;
}
