using Clovisor.Istio.Sources;
using Microsoft.Extensions.Time.Testing;

namespace Clovisor.Istio.Tests.Sources;

public sealed class DebouncerTests
{
    private readonly FakeTimeProvider _time = new();
    private int _runs;

    [Fact]
    public void It_runs_once_things_are_quiet()
    {
        using Debouncer debouncer = New();
        debouncer.Touch();
        Pass(40);
        debouncer.Touch();
        Pass(40);
        Assert.Equal(0, _runs);

        Pass(10);

        Assert.Equal(1, _runs);
        Pass(1000);
        Assert.Equal(1, _runs);
    }

    [Fact]
    public void It_runs_after_the_longest_wait_though_things_are_never_quiet()
    {
        using Debouncer debouncer = New();
        for (int i = 0; i < 10; i++)
        {
            debouncer.Touch();
            Pass(20);
        }

        Assert.Equal(1, _runs);
    }

    [Fact]
    public void After_a_run_the_longest_wait_counts_anew()
    {
        using Debouncer debouncer = New();
        debouncer.Touch();
        Pass(50);
        debouncer.Touch();
        Pass(49);
        Assert.Equal(1, _runs);
        Pass(1);
        Assert.Equal(2, _runs);
    }

    [Fact]
    public void After_the_end_nothing_runs()
    {
        Debouncer debouncer = New();
        debouncer.Touch();
        debouncer.Dispose();
        debouncer.Touch();

        Pass(1000);

        Assert.Equal(0, _runs);
    }

    private Debouncer New() => new(TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(200), _time, () => _runs++);

    private void Pass(int milliseconds) => _time.Advance(TimeSpan.FromMilliseconds(milliseconds));
}
