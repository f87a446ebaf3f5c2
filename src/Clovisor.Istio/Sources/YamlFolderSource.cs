using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Clovisor.Istio.Serialization;
using Clovisor.Istio.Validation;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Clovisor.Istio.Sources;

/// <summary>
/// Reads the <c>.yaml</c>, <c>.yml</c> and <c>.json</c> files of a folder as one configuration, and again whenever they change.
/// A folder with an error changes nothing: the former configuration stays in force and the errors are published beside it.
/// </summary>
/// <remarks>
/// Subfolders and hidden files are not read. Files may be written in place, renamed over, or swapped by links as ConfigMap volumes
/// do it. All members may be used from any thread. Dispose ends the watching and every <see cref="WatchAsync"/>.
/// </remarks>
public sealed partial class YamlFolderSource : IIstioSource, IDisposable
{
    // A folder that changes while it is read is read again, and then left to the next event or poll.
    private const int Attempts = 5;

    private readonly string _folder;
    private readonly YamlFolderSettings _settings;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly ITimer _settle;
    private readonly ITimer _poll;
    private FileSystemWatcher? _watcher;
    private FolderContents? _contents;
    private TaskCompletionSource _next = NewSignal();
    private long? _firstEvent;
    private bool _disposed;
    private ImmutableArray<NamedText> _texts = [];
    private readonly SnapshotPublisher _snapshots = new();
    private volatile YamlFolderSnapshot _current = new(0, null, []);

    /// <summary>Initializes a new instance of the <see cref="YamlFolderSource"/> class: reads the folder, and starts to watch it.</summary>
    /// <param name="folder">The folder. It need not exist yet; until it does, that is the error in <see cref="Current"/>.</param>
    /// <param name="settings">How to watch, or null for <see cref="YamlFolderSettings.Default"/>.</param>
    /// <param name="timeProvider">The clock of the timers, or null for the system's.</param>
    /// <param name="logger">Where changes and refusals are logged, or null.</param>
    public YamlFolderSource(string folder, YamlFolderSettings? settings = null, TimeProvider? timeProvider = null, ILogger<YamlFolderSource>? logger = null)
    {
        _folder = folder;
        _settings = settings ?? YamlFolderSettings.Default;
        _time = timeProvider ?? TimeProvider.System;
        _logger = logger ?? NullLogger<YamlFolderSource>.Instance;
        _settle = _time.CreateTimer(static s => ((YamlFolderSource)s!).Reload(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        lock (_lock)
        {
            Watch();
            Load(first: true);
        }

        _poll = _time.CreateTimer(static s => ((YamlFolderSource)s!).Poll(), this, _settings.PollInterval, _settings.PollInterval);
    }

    /// <summary>Gets what is in force now. Never waits.</summary>
    public YamlFolderSnapshot Current => _current;

    /// <summary>Gets the snapshots: the current one at once, then each new one. A reader that is slow skips to the latest.</summary>
    /// <param name="cancellationToken">Ends the sequence with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>A sequence that ends when the source is disposed.</returns>
    public async IAsyncEnumerable<YamlFolderSnapshot> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        long seen = -1;
        while (true)
        {
            Task next;
            YamlFolderSnapshot snapshot;
            lock (_lock)
            {
                next = _next.Task;
                snapshot = _current;
            }

            if (snapshot.Revision != seen)
            {
                seen = snapshot.Revision;
                yield return snapshot;
            }
            else if (_disposed)
            {
                yield break;
            }
            else
            {
                await next.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <inheritdoc/>
    IstioSnapshot IIstioSource.Current => _snapshots.Current;

    /// <inheritdoc/>
    IAsyncEnumerable<IstioSnapshot> IIstioSource.WatchAsync(CancellationToken cancellationToken) => _snapshots.WatchAsync(cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            _watcher?.Dispose();
            _settle.Dispose();
            _poll.Dispose();
            _next.TrySetResult();
            _snapshots.End();
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Watch()
    {
        if (!_settings.UseEvents || _watcher is not null || !Directory.Exists(_folder))
        {
            return;
        }

        FileSystemWatcher? watcher = null;
        try
        {
            watcher = new FileSystemWatcher(_folder);
            watcher.Changed += (_, _) => Touched();
            watcher.Created += (_, _) => Touched();
            watcher.Deleted += (_, _) => Touched();
            watcher.Renamed += (_, _) => Touched();
            watcher.Error += (_, e) => Lost(e.GetException());
            watcher.EnableRaisingEvents = true;
            _watcher = watcher;
        }
        catch (Exception e) when (e is IOException or ArgumentException or UnauthorizedAccessException)
        {
            // Most often the limit of inotify instances. Polling goes on, a little slower.
            watcher?.Dispose();
            LogEventsUnavailable(_folder, e.Message);
        }
    }

    private void Touched()
    {
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }

            // Each event starts the wait anew, up to the longest wait since the first.
            _firstEvent ??= _time.GetTimestamp();
            TimeSpan left = _settings.LongestSettleTime - _time.GetElapsedTime(_firstEvent.Value);
            TimeSpan wait = left < _settings.SettleTime ? left : _settings.SettleTime;
            _settle.Change(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }

    private void Lost(Exception reason)
    {
        LogEventsUnavailable(_folder, reason.Message);
        lock (_lock)
        {
            // The next poll makes a new one.
            _watcher?.Dispose();
            _watcher = null;
        }

        Touched();
    }

    private void Poll()
    {
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }

            Watch();
            if (_contents is null || !_contents.Stamps.SequenceEqual(FolderContents.StampsOf(_folder)) || !_contents.Errors.IsEmpty)
            {
                Load(first: false);
            }
        }
    }

    private void Reload()
    {
        lock (_lock)
        {
            _firstEvent = null;
            if (!_disposed)
            {
                Load(first: false);
            }
        }
    }

    private void Load(bool first)
    {
        FolderContents? contents = null;
        for (int i = 0; i < Attempts && contents is null; i++)
        {
            contents = FolderContents.TryRead(_folder);
        }

        if (contents is null)
        {
            // Still being written. Nothing is published of a folder that was never seen whole.
            if (first)
            {
                Publish(null, [new ConfigurationError(new(_folder, 0), "", "", "the folder changes faster than it can be read")], []);
            }

            return;
        }

        bool same = _contents?.SaysTheSameAs(contents) ?? false;
        _contents = contents;
        if (same)
        {
            return;
        }

        IstioReadResult result = IstioYaml.Read(contents.Texts, null);
        IstioConfiguration? configuration = contents.Errors.IsEmpty && result.Configuration is { } read ? WithKnownObjects(read, contents.Texts) : null;
        Publish(configuration, [.. contents.Errors, .. result.Errors], contents.Texts);
    }

    /// <summary>Puts the instances in force in the place of those that were read again from a file that did not change: their routes then need not be compiled.</summary>
    private IstioConfiguration WithKnownObjects(IstioConfiguration read, ImmutableArray<NamedText> texts)
    {
        HashSet<string> same = [.. texts.Intersect(_texts).Select(static text => text.Name)];
        _texts = texts;
        if (_current.Configuration is not { } inForce || same.Count == 0)
        {
            return read;
        }

        var known = inForce.Resources.Where(r => same.Contains(r.Source.File)).ToDictionary(static r => (r.GetType(), r.Kind, r.Key));
        return DocumentReader.Assemble([.. read.Resources.Select(r => same.Contains(r.Source.File) ? known.GetValueOrDefault((r.GetType(), r.Kind, r.Key), r) : r)], read.Mesh, read.Ignored);
    }

    private void Publish(IstioConfiguration? configuration, ImmutableArray<ConfigurationError> errors, ImmutableArray<NamedText> texts)
    {
        long revision = _current.Revision + 1;
        _current = new YamlFolderSnapshot(revision, configuration ?? _current.Configuration, errors) { Texts = texts };
        if (configuration is not null)
        {
            LogPublished(_folder, revision, configuration.VirtualServices.Length);
        }
        else
        {
            LogRefused(_folder, revision, errors.Length, string.Join(Environment.NewLine, errors));
        }

        IstioSnapshot before = _snapshots.Current;
        _snapshots.Publish(before with
        {
            IsSynced = _current.Configuration is not null,
            Configuration = _current.Configuration ?? IstioConfiguration.Empty,
            Tables = before.Tables.Next(_current.Configuration ?? IstioConfiguration.Empty),
            Errors = errors,
        });
        TaskCompletionSource signal = _next;
        _next = NewSignal();
        signal.TrySetResult();
    }
}
