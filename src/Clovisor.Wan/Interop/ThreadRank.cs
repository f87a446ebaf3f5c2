namespace Clovisor.Wan.Interop;

/// <summary>The place of the calling thread among those that want a CPU.</summary>
internal static unsafe class ThreadRank
{
    private const int Nice = -15;

    /// <summary>Puts the calling thread before others, where that is allowed. Threads that it starts are not.</summary>
    public static void Raise()
    {
        // First that: the thread pool may get a worker from this thread, which must not be above the others.
        int none = 0;
        if (Libc.sched_setscheduler(0, Libc.SCHED_OTHER | Libc.SCHED_RESET_ON_FORK, &none) == 0)
        {
            _ = Libc.setpriority(Libc.PRIO_PROCESS, 0, Nice);
        }
    }
}
