using System.Net;
using Clovisor.Istio.Sources.Kubernetes.Connection;

namespace Clovisor.Istio.Sources.Kubernetes;

/// <summary>
/// Follows one kind in one cluster: lists it page by page, then watches from the version of the list on. A watch that ends is taken up where it
/// ended; one whose beginning the server has forgotten (410) begins with a list again. So nothing is missed, and what a list repeats is
/// recognised by whoever listens.
/// </summary>
internal sealed class Informer(ApiConnection connection, WatchedKind kind, IInformerSink sink, KubernetesSourceSettings settings, Random random, TimeProvider time)
{
    // A server that ends every watch at once is not asked in a circle.
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    private readonly Backoff _backoff = new(settings.InitialBackoff, settings.MaxBackoff, random);
    private volatile TaskCompletionSource _wake = NewSignal();
    private string? _version;
    private string _resourceVersion = "";

    /// <summary>Ends a long wait: a definition was installed, or the way to the cluster is open again. May be called from any thread.</summary>
    public void Wake() => _wake.TrySetResult();

    /// <summary>Lists and watches until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        sink.StateChanged(ClusterKindState.Listing, "", "");
        while (!cancellationToken.IsCancellationRequested)
        {
            TimeSpan wait = await OnceAsync(cancellationToken).ConfigureAwait(false);
            if (wait > TimeSpan.Zero)
            {
                await WaitAsync(wait, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Lists if need be, and watches until that ends. Gives how long to wait before the next time.</summary>
    private async Task<TimeSpan> OnceAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (_resourceVersion.Length == 0)
            {
                await ListAsync(cancellationToken).ConfigureAwait(false);
            }

            return await WatchAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return TimeSpan.Zero;
        }
        catch (ApiException e) when (e.Status is HttpStatusCode.Gone)
        {
            // The version is too old to go on from. A server that says so of a list that is as new as can be is given time.
            bool fresh = _resourceVersion.Length == 0;
            _resourceVersion = "";
            return fresh ? _backoff.Next() : TimeSpan.Zero;
        }
        catch (ApiException e) when (e.Status is HttpStatusCode.NotFound)
        {
            _version = null;
            _resourceVersion = "";
            sink.Listed([], "");
            return Report(ClusterKindState.Absent, $"the cluster does not have {kind.Name}", _backoff.Stretch(settings.AbsentKindInterval));
        }
        catch (ApiException e) when (e.Status is HttpStatusCode.Forbidden)
        {
            _resourceVersion = "";
            return Report(ClusterKindState.Denied, $"{e.Message} Allow the verbs list and watch to the user that this process has there.", _backoff.Stretch(settings.AbsentKindInterval));
        }
        catch (ApiException e)
        {
            // What was watched is listed again: a server in trouble may have lost what it had.
            _resourceVersion = e.Status >= HttpStatusCode.InternalServerError ? "" : _resourceVersion;
            TimeSpan wait = _backoff.Next();
            return Report(ClusterKindState.Failing, e.Message, e.RetryAfter > wait ? e.RetryAfter.Value : wait);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Above all what the network gives, which is of more types than are documented. Whatever it is: a follower that ended unseen would be worse.
            return Report(ClusterKindState.Failing, Reasons.Of(e), _backoff.Next());
        }
    }

    private TimeSpan Report(ClusterKindState state, string reason, TimeSpan wait)
    {
        sink.StateChanged(state, _resourceVersion, reason);
        return wait;
    }

    private async Task ListAsync(CancellationToken cancellationToken)
    {
        _version ??= await FindVersionAsync(cancellationToken).ConfigureAwait(false);
        var objects = new List<RawObject>();
        string next = "";
        do
        {
            string path = $"{kind.Path(_version)}limit={settings.PageSize}" + (next.Length > 0 ? $"&continue={Uri.EscapeDataString(next)}" : "");
            ListPage page = await connection.ListAsync(path, cancellationToken).ConfigureAwait(false);
            objects.AddRange(page.Items);
            next = page.Continue;
            if (next.Length == 0)
            {
                sink.Listed(objects, kind.ApiVersion(_version));
                _resourceVersion = page.ResourceVersion;
            }
        }
        while (next.Length > 0);
    }

    /// <summary>Finds the best version that the cluster serves, by asking for a list of one object.</summary>
    private async Task<string> FindVersionAsync(CancellationToken cancellationToken)
    {
        for (int i = 0; i < kind.Versions.Length - 1; i++)
        {
            try
            {
                await connection.ListAsync($"{kind.Path(kind.Versions[i])}limit=1", cancellationToken).ConfigureAwait(false);
                return kind.Versions[i];
            }
            catch (ApiException e) when (e.Status is HttpStatusCode.NotFound)
            {
                // The next one, and if none is served, the list itself says so.
            }
        }

        return kind.Versions[^1];
    }

    /// <summary>Watches until the server or the way to it ends that. Gives how long to wait before the next time.</summary>
    private async Task<TimeSpan> WatchAsync(CancellationToken cancellationToken)
    {
        long seconds = (long)_backoff.Stretch(settings.WatchTimeout).TotalSeconds;
        string path = $"{kind.Path(_version!)}watch=1&allowWatchBookmarks=true&timeoutSeconds={Math.Max(seconds, 1)}&resourceVersion={_resourceVersion}";
        string apiVersion = kind.ApiVersion(_version!);
        long? accepted = null;
        try
        {
            await foreach (WatchEvent? happened in connection.WatchAsync(path, cancellationToken).ConfigureAwait(false))
            {
                if (happened is { } e)
                {
                    Take(e, apiVersion);
                }
                else
                {
                    accepted = time.GetTimestamp();
                    sink.StateChanged(ClusterKindState.Watching, _resourceVersion, "");
                }
            }
        }
        catch (Exception e) when (accepted is not null && e is HttpRequestException or IOException)
        {
            // A watch that breaks is taken up at once. Whether the cluster is away shows then.
        }

        bool brief = accepted is not null && time.GetElapsedTime(accepted.Value) < Shortest;
        if (!brief)
        {
            _backoff.Reset();
        }

        return brief ? _backoff.Next() : TimeSpan.Zero;
    }

    private void Take(WatchEvent happened, string apiVersion)
    {
        switch (happened.Kind)
        {
            case WatchEventKind.Upserted: sink.Upserted(happened.Object, apiVersion); break;
            case WatchEventKind.Deleted: sink.Deleted(happened.Object); break;
            default: break;
        }

        _resourceVersion = happened.Object.ResourceVersion;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task WaitAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(_wake.Task, Task.Delay(wait, time, over.Token)).ConfigureAwait(false);
        await over.CancelAsync().ConfigureAwait(false);
        if (_wake.Task.IsCompleted)
        {
            _wake = NewSignal();
        }
    }
}
