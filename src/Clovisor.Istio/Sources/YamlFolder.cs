using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Clovisor.Istio.Serialization;

namespace Clovisor.Istio.Sources;

/// <summary>The YAML and JSON texts of a folder, and the news of their change.</summary>
/// <remarks>
/// <para>
/// Taken are files ending in <c>.yaml</c>, <c>.yml</c> or <c>.json</c> directly in the folder, in the order of their names; files whose name begins with
/// a dot are not. Links are followed, so a mounted ConfigMap works: its swap of <c>..data</c> is seen as a change of all its files.
/// </para>
/// <para>
/// A change is published when two looks in a row see the same, so that neither a half-written file nor half of a set of files is read.
/// The kernel's notification only makes the next look come sooner: where there is none (some network file systems), looking every
/// <see cref="PollInterval"/> suffices. Not thread-safe, but for <see cref="Read"/>.
/// </para>
/// </remarks>
public sealed class YamlFolder
{
    private static readonly ImmutableArray<string> Extensions = [".yaml", ".yml", ".json"];

    private readonly TimeProvider _time;

    /// <summary>Makes a source over a folder. Nothing is read yet.</summary>
    /// <param name="path">The folder. It need not exist yet; reading it then fails.</param>
    /// <param name="time">The clock of the intervals; the system's by default.</param>
    public YamlFolder(string path, TimeProvider? time = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Path = path;
        _time = time ?? TimeProvider.System;
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>How often the folder is looked at when no notification comes. The default is 250 ms.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long the folder must look the same before it is read. The default is 50 ms.</summary>
    public TimeSpan SettleTime { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Reads all texts as they are now.</summary>
    /// <exception cref="IOException">The folder or a file in it cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">As above, for want of a permission.</exception>
    public ImmutableArray<NamedText> Read() =>
        [.. Files().Select(file => new NamedText(file, File.ReadAllText(System.IO.Path.Combine(Path, file))))];

    /// <summary>Reports the texts whenever they are others than before.</summary>
    /// <param name="known">What the caller has already: the first report comes when the folder differs from it.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    /// <returns>An endless sequence. While the folder cannot be read, nothing is reported.</returns>
    public async IAsyncEnumerable<ImmutableArray<NamedText>> WatchAsync(
        ImmutableArray<NamedText> known, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using SemaphoreSlim noticed = new(0, 1);
        using FileSystemWatcher? watcher = TryWatch(noticed);
        ImmutableArray<FileStamp> seen = [];
        while (true)
        {
            await WaitAsync(noticed, cancellationToken).ConfigureAwait(false);
            ImmutableArray<FileStamp> now = TryStamp();
            if (now.IsDefault || now.SequenceEqual(seen))
            {
                continue;
            }

            while (true)
            {
                await Task.Delay(SettleTime, _time, cancellationToken).ConfigureAwait(false);
                ImmutableArray<FileStamp> later = TryStamp();
                if (!later.IsDefault && later.SequenceEqual(now))
                {
                    break;
                }

                now = later;
            }

            ImmutableArray<NamedText> texts = TryRead();
            if (texts.IsDefault || !TryStamp().AsSpan().SequenceEqual(now.AsSpan()))
            {
                continue; // written to while it was read: the next look sees the difference
            }

            seen = now;
            if (!texts.SequenceEqual(known))
            {
                known = texts;
                yield return texts;
            }
        }
    }

    private IEnumerable<string> Files() => Directory.EnumerateFiles(Path)
        .Select(file => System.IO.Path.GetFileName(file)!)
        .Where(file => !file.StartsWith('.') && Extensions.Contains(System.IO.Path.GetExtension(file)))
        .Order(StringComparer.Ordinal);

    private async Task WaitAsync(SemaphoreSlim noticed, CancellationToken cancellationToken)
    {
        using CancellationTokenSource tick = new(PollInterval, _time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(tick.Token, cancellationToken);
        try
        {
            await noticed.WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Nothing was notified; time to look.
        }
    }

    private FileSystemWatcher? TryWatch(SemaphoreSlim noticed)
    {
        void Notice()
        {
            if (noticed.CurrentCount == 0)
            {
                try
                {
                    noticed.Release();
                }
                catch (Exception e) when (e is SemaphoreFullException or ObjectDisposedException)
                {
                    // Another notification was first, or the watch has ended: both are served.
                }
            }
        }

        try
        {
            FileSystemWatcher watcher = new(Path);
            watcher.Changed += (_, _) => Notice();
            watcher.Created += (_, _) => Notice();
            watcher.Deleted += (_, _) => Notice();
            watcher.Renamed += (_, _) => Notice();
            watcher.EnableRaisingEvents = true;
            return watcher;
        }
        catch (Exception e) when (e is IOException or ArgumentException)
        {
            return null; // out of inotify watches, or no such folder yet: looking at intervals goes on
        }
    }

    private ImmutableArray<NamedText> TryRead()
    {
        try
        {
            return Read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return default;
        }
    }

    private ImmutableArray<FileStamp> TryStamp()
    {
        try
        {
            return [.. Files().Select(file => FileStamp.Of(System.IO.Path.Combine(Path, file)))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return default;
        }
    }

    private readonly record struct FileStamp(string Path, string Target, long Length, DateTime Written)
    {
        internal static FileStamp Of(string path)
        {
            FileSystemInfo target = File.ResolveLinkTarget(path, returnFinalTarget: true) ?? new FileInfo(path);
            FileInfo file = new(target.FullName);
            return new FileStamp(path, file.FullName, file.Length, file.LastWriteTimeUtc);
        }
    }
}
