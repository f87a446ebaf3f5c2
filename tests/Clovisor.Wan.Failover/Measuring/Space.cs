using System.Runtime.ExceptionServices;
using Clovisor.Wan.Failover.Interop;

namespace Clovisor.Wan.Failover.Measuring;

/// <summary>Runs code on a thread of its own in a network namespace. What it opens there stays there.</summary>
internal static class Space
{
    public static T Run<T>(string space, Func<T> function)
    {
        T result = default!;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                Kernel.Enter(space);
                result = function();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        })
        { IsBackground = true, Name = space };
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result;
    }

    public static void Run(string space, Action action) => Run(space, () =>
    {
        action();
        return 0;
    });
}
