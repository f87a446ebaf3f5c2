using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Clovisor.Istio.Resources;
using Clovisor.Istio.Sources.Kubernetes.Connection;

namespace Clovisor.Istio.Sources.Kubernetes.Storage;

/// <summary>
/// Keeps the objects of one kind in a file: a list, and the changes since, each with a checksum. A list replaces the file whole; a change is appended, and
/// what a lost power tore off at the end is passed over. For one thread at a time. What goes wrong is kept in <see cref="Error"/> and never thrown.
/// </summary>
internal sealed class KindStore(string path, ImmutableArray<string> statusFields, long limit) : IDisposable
{
    private const int HeadLength = sizeof(uint) + sizeof(ulong);

    // So much may be appended before the file is written anew, or as much as the list itself takes if that is more.
    private const long LeastAppended = 1 << 20;

    private readonly Dictionary<ObjectKey, ulong> _known = [];
    private FileStream? _file;
    private string _apiVersion = "";
    private long _listLength;

    private static ReadOnlySpan<byte> Magic => "CLVOBJ1\n"u8;

    /// <summary>Gets what went wrong last, or an empty string. Read from any thread.</summary>
    public string Error { get; private set => Volatile.Write(ref field, value); } = "";

    /// <summary>Reads what is stored; null when nothing is, or nothing that can be used.</summary>
    public StoredList? Read()
    {
        try
        {
            return File.Exists(path) ? Parse(File.ReadAllBytes(path), File.GetLastWriteTimeUtc(path)) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            Error = $"read {path}: {e.Message}";
            return null;
        }
    }

    /// <summary>Takes a whole list. Nothing is written when it says what is stored.</summary>
    public void Replace(List<RawObject> objects, string apiVersion) => Try(() =>
    {
        List<(ObjectKey Key, byte[] Json)> reduced = [.. objects.Select(item => (item.Key, StoredObject.Reduce(item.Json, statusFields)))];
        bool same = File.Exists(path) && apiVersion == _apiVersion && reduced.Count == _known.Count
            && reduced.TrueForAll(item => _known.TryGetValue(item.Key, out ulong sum) && sum == SumOf(item.Json));
        if (!same)
        {
            Write(reduced, apiVersion);
        }
    });

    /// <summary>Takes an object that was created or changed.</summary>
    public void Upsert(RawObject item, string apiVersion) => Try(() =>
    {
        byte[] json = StoredObject.Reduce(item.Json, statusFields);
        ulong sum = SumOf(json);
        if (apiVersion == _apiVersion && _known.TryGetValue(item.Key, out ulong known) && known == sum)
        {
            return;
        }

        Append('U', json);
        _known[item.Key] = sum;
    });

    /// <summary>Takes that an object is gone.</summary>
    public void Delete(ObjectKey key) => Try(() =>
    {
        if (_known.Remove(key))
        {
            Append('D', Encoding.UTF8.GetBytes($"{key.Namespace}/{key.Name}"));
        }
    });

    public void Dispose() => _file?.Dispose();

    private static ulong SumOf(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return BinaryPrimitives.ReadUInt64LittleEndian(hash);
    }

    private static byte[] RecordOf(char what, ReadOnlySpan<byte> content)
    {
        byte[] record = new byte[HeadLength + 1 + content.Length];
        record[HeadLength] = (byte)what;
        content.CopyTo(record.AsSpan(HeadLength + 1));
        BinaryPrimitives.WriteUInt32LittleEndian(record, (uint)(content.Length + 1));
        BinaryPrimitives.WriteUInt64LittleEndian(record.AsSpan(sizeof(uint)), SumOf(record.AsSpan(HeadLength)));
        return record;
    }

    private void Try(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or ObjectDisposedException)
        {
            // What is stored may be incomplete now, and the next list writes it whole; until then the file says less, never something else.
            Close();
            Error = $"write {path}: {e.Message}";
        }
    }

    private void Close()
    {
        _file?.Dispose();
        _file = null;
        _known.Clear();
        _apiVersion = "";
    }

    private void Write(List<(ObjectKey Key, byte[] Json)> objects, string apiVersion)
    {
        Close();
        string next = path + ".new";
        long length = Magic.Length + objects.Sum(static item => (long)item.Json.Length + HeadLength + 1);
        if (length > limit)
        {
            File.Delete(path);
            throw new IOException($"its {objects.Count} objects take {length} bytes, more than the {limit} that one kind may have; nothing of the kind is stored");
        }

        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.Read, BufferSize = 1 << 16 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var file = new FileStream(next, options))
        {
            file.Write(Magic);
            file.Write(RecordOf('B', Encoding.UTF8.GetBytes(apiVersion)));
            foreach ((_, byte[] json) in objects)
            {
                file.Write(RecordOf('U', json));
            }

            file.Flush(flushToDisk: true);
            _listLength = file.Length;
        }

        File.Move(next, path, overwrite: true);
        _file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read, 0);
        _apiVersion = apiVersion;
        objects.ForEach(item => _known[item.Key] = SumOf(item.Json));
        Error = "";
    }

    private void Append(char what, byte[] content)
    {
        if (_apiVersion.Length == 0)
        {
            // Not written whole yet, or not any more.
            return;
        }

        _file ??= new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read, 0);
        _file.Write(RecordOf(what, content));
        if (_file.Length - _listLength > Math.Max(LeastAppended, _listLength) || _file.Length > limit)
        {
            StoredList stored = Parse(File.ReadAllBytes(path), default) ?? throw new IOException("what was written cannot be read again");
            Write([.. stored.Objects.Select(static item => (item.Key, item.Json.ToArray()))], stored.ApiVersion);
        }
    }

    private StoredList? Parse(byte[] bytes, DateTime written)
    {
        ReadOnlySpan<byte> rest = bytes;
        if (!rest.StartsWith(Magic))
        {
            throw new IOException("it is not a file of stored objects");
        }

        var objects = new Dictionary<ObjectKey, RawObject>();
        string? apiVersion = null;
        int at = Magic.Length;
        while (at + HeadLength < bytes.Length)
        {
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(rest[at..]);
            if (length == 0 || length > bytes.Length - at - HeadLength || BinaryPrimitives.ReadUInt64LittleEndian(rest[(at + sizeof(uint))..]) != SumOf(rest.Slice(at + HeadLength, (int)length)))
            {
                Error = $"read {path}: what follows byte {at} is damaged, and was passed over";
                break;
            }

            ReadOnlyMemory<byte> content = bytes.AsMemory(at + HeadLength + 1, (int)length - 1);
            switch (bytes[at + HeadLength])
            {
                case (byte)'B':
                    apiVersion = Encoding.UTF8.GetString(content.Span);
                    break;
                case (byte)'U':
                    RawObject item = RawObject.Read(content);
                    objects[item.Key] = item;
                    break;
                case (byte)'D' when Encoding.UTF8.GetString(content.Span).Split('/') is [{ } scope, { } name]:
                    objects.Remove(new ObjectKey(scope, name));
                    break;
                default:
                    throw new IOException($"byte {at} begins with something that this version does not know");
            }

            at += HeadLength + (int)length;
        }

        if (apiVersion is null)
        {
            return null;
        }

        return new StoredList([.. objects.Values], apiVersion, new DateTimeOffset(written, TimeSpan.Zero));
    }
}

/// <summary>The objects of a kind as they were stored.</summary>
internal sealed record StoredList(List<RawObject> Objects, string ApiVersion, DateTimeOffset Written);
