using System.Text.Json;
using Clovisor.EdgeHost.Client;
using Clovisor.EdgeHost.Lab;
using Clovisor.EdgeHost.Transport;

namespace Clovisor.EdgeHost.Demo;

/// <summary>A client that runs in the application's namespace, and what it has seen so far.</summary>
internal sealed class ClientRun : IAsyncDisposable
{
    private readonly LabProcess _process;
    private readonly Lock _lock = new();
    private readonly List<ClientSample> _samples = [];
    private readonly Task _reading;
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ClientRun(LabProcess process)
    {
        _process = process;
        _reading = ReadAsync();
    }

    public IReadOnlyList<ClientSample> Samples
    {
        get
        {
            lock (_lock)
            {
                return [.. _samples];
            }
        }
    }

    /// <summary>Waits for the first sample that is as wanted, those that came before included.</summary>
    /// <returns>The sample, or null when the time was up.</returns>
    public async Task<ClientSample?> FirstAsync(Func<ClientSample, bool> wanted, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(limit);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        for (int seen = 0; ;)
        {
            ClientSample? found;
            Task more;
            lock (_lock)
            {
                found = _samples.Skip(seen).FirstOrDefault(wanted);
                seen = _samples.Count;
                more = _more.Task;
            }

            if (found is not null || _reading.IsCompleted)
            {
                return found;
            }

            try
            {
                await more.WaitAsync(either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return null;
            }
        }
    }

    /// <summary>Waits until the client has done what it was asked to, and gives all it saw.</summary>
    public async Task<IReadOnlyList<ClientSample>> FinishAsync(CancellationToken cancellationToken)
    {
        await _process.WaitAsync(cancellationToken).ConfigureAwait(false);
        await _reading.ConfigureAwait(false);
        return Samples;
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync().ConfigureAwait(false);
        await _reading.ConfigureAwait(false);
    }

    private async Task ReadAsync()
    {
        await foreach (string line in _process.Lines.ReadAllAsync().ConfigureAwait(false))
        {
            // The last line of a client that was killed may be half a line.
            ClientSample? sample = line.EndsWith('}') ? JsonSerializer.Deserialize(line, EdgeJson.Default.ClientSample) : null;
            lock (_lock)
            {
                if (sample is not null)
                {
                    _samples.Add(sample);
                }

                _more.SetResult();
                _more = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }

        lock (_lock)
        {
            _more.SetResult();
        }
    }
}
