using Clovisor.Bpf.Maps;
using Clovisor.Testing;

namespace Clovisor.Bpf.Tests.Maps;

/// <summary>A map is disposed while other threads are in calls on it, and its descriptor's number goes to the next map at once.</summary>
public sealed class DisposalRaceTests
{
    private const int Maps = 3000;

    [KernelFact]
    public async Task A_call_never_reaches_the_map_that_got_the_number_next()
    {
        var current = new Generation(0);
        using var done = new CancellationTokenSource();
        long read = 0;
        Task[] readers =
        [
            .. Enumerable.Range(0, 3).Select(_ => Task.Factory.StartNew(
                () =>
                {
                    while (!done.IsCancellationRequested)
                    {
                        Volatile.Read(ref current).Read(ref read);
                    }
                },
                TestContext.Current.CancellationToken,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default)),
        ];

        for (uint number = 1; number <= Maps; number++)
        {
            Generation last = current;
            last.Map.Dispose();
            Volatile.Write(ref current, new Generation(number));
        }

        await done.CancelAsync();
        await Task.WhenAll(readers);
        current.Map.Dispose();
        Assert.True(Interlocked.Read(ref read) > 0, "no reader ever read anything");
    }

    [KernelFact]
    public void A_disposed_map_says_so_to_a_thread_that_used_it_before()
    {
        BpfHashMap<uint, uint> map = new Generation(1).Map;
        Assert.Equal(1u, map[0]);
        map.Dispose();

        Assert.Throws<ObjectDisposedException>(() => map[0]);
        Assert.Throws<ObjectDisposedException>(() => map.Remove(0));
    }

    [KernelFact]
    public void Threads_that_have_ended_do_not_hold_up_disposal()
    {
        BpfHashMap<uint, uint> map = new Generation(1).Map;
        for (int i = 0; i < 100; i++)
        {
            var thread = new Thread(() => map[0] = 1);
            thread.Start();
            thread.Join();
        }

        map.Dispose();
    }

    private sealed class Generation
    {
        private readonly uint _number;

        internal Generation(uint number)
        {
            _number = number;
            Map = new(BpfMap.Create(BpfMapType.Hash, "race", sizeof(uint), sizeof(uint), 1)) { [0] = number };
        }

        internal BpfHashMap<uint, uint> Map { get; }

        internal void Read(ref long count)
        {
            try
            {
                Assert.True(Map.TryGetValue(0, out uint value));
                Assert.Equal(_number, value);
                Interlocked.Increment(ref count);
            }
            catch (ObjectDisposedException)
            {
                // Right: this generation is over.
            }
        }
    }
}
