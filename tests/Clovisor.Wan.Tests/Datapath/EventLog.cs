using System.Threading.Channels;
using Clovisor.Wan.Datapath;

namespace Clovisor.Wan.Tests.Datapath;

/// <summary>Reads the events of a datapath from the moment that it is made on.</summary>
internal sealed class EventLog : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Channel<DatapathEvent> _events = Channel.CreateUnbounded<DatapathEvent>();
    private readonly CancellationTokenSource _end = new();

    // The programs are told before the first wait, so that they tell already when this returns.
    internal EventLog(BpfWanDatapath datapath) => Reading = ReadAsync(datapath);

    /// <summary>Ends with the datapath, or with the log.</summary>
    internal Task Reading { get; }

    /// <summary>What has happened up to an event of a kind, which is the last.</summary>
    internal async Task<List<DatapathEvent>> UntilAsync(DatapathEventKind kind)
    {
        using var patience = new CancellationTokenSource(Patience);
        List<DatapathEvent> seen = [];
        try
        {
            while (seen.Count == 0 || seen[^1].Kind != kind)
            {
                seen.Add(await _events.Reader.ReadAsync(patience.Token));
            }
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"There was no {kind} but: {string.Join(", ", seen)}");
        }

        return seen;
    }

    /// <summary>Ends the reading.</summary>
    internal async Task EndAsync()
    {
        await _end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Reading);
    }

    public void Dispose()
    {
        _end.Cancel();
        _end.Dispose();
    }

    private async Task ReadAsync(BpfWanDatapath datapath)
    {
        await foreach (DatapathEvent read in datapath.ReadEventsAsync(_end.Token))
        {
            _events.Writer.TryWrite(read);
        }
    }
}
