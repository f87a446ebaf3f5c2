using System.Collections.Immutable;
using Clovisor.Istio.Resources;
using Clovisor.Istio.Serialization;
using Clovisor.Istio.Validation;
using Microsoft.Win32.SafeHandles;

namespace Clovisor.Istio.Sources;

/// <summary>The documents of a folder as they were at one moment.</summary>
internal sealed class FolderContents
{
    private static readonly string[] Extensions = [".yaml", ".yml", ".json"];

    public required ImmutableArray<FileStamp> Stamps { get; init; }

    public required ImmutableArray<NamedText> Texts { get; init; }

    /// <summary>Gets what could not be read at all.</summary>
    public required ImmutableArray<ConfigurationError> Errors { get; init; }

    /// <summary>Gets the paths of the documents by name. Hidden files are editors' swap files and the inner folders of ConfigMap volumes.</summary>
    private static IEnumerable<string> Files(string folder) => Directory.EnumerateFiles(folder)
        .Where(static f => !Path.GetFileName(f).StartsWith('.') && Extensions.Contains(Path.GetExtension(f), StringComparer.OrdinalIgnoreCase))
        .Order(StringComparer.Ordinal);

    /// <summary>
    /// Gets name, size and time of every document. They are taken from open files, and so from what links lead to: a swapped
    /// <c>..data</c> of a ConfigMap volume shows.
    /// </summary>
    public static ImmutableArray<FileStamp> StampsOf(string folder)
    {
        try
        {
            return [.. Files(folder).Select(StampOf)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Reads all documents, or nothing when the folder changed meanwhile.</summary>
    public static FolderContents? TryRead(string folder)
    {
        ImmutableArray<FileStamp> before = StampsOf(folder);
        var texts = ImmutableArray.CreateBuilder<NamedText>();
        var errors = ImmutableArray.CreateBuilder<ConfigurationError>();
        try
        {
            foreach (string file in Files(folder))
            {
                Read(file, texts, errors);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            errors.Add(new ConfigurationError(new SourceLocation(folder, 0), "", "", $"the folder cannot be listed: {e.Message}"));
        }

        return before.SequenceEqual(StampsOf(folder))
            ? new FolderContents { Stamps = before, Texts = texts.DrainToImmutable(), Errors = errors.DrainToImmutable() }
            : null;
    }

    public bool SaysTheSameAs(FolderContents other) => Texts.SequenceEqual(other.Texts) && Errors.SequenceEqual(other.Errors);

    private static void Read(string file, ImmutableArray<NamedText>.Builder texts, ImmutableArray<ConfigurationError>.Builder errors)
    {
        try
        {
            texts.Add(new NamedText(file, File.ReadAllText(file)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A file that is gone since it was listed comes here too; then the stamps differ, and this is not used.
            errors.Add(new ConfigurationError(new SourceLocation(file, 0), "", "", $"the file cannot be read: {e.Message}"));
        }
    }

    private static FileStamp StampOf(string file)
    {
        try
        {
            using SafeFileHandle handle = File.OpenHandle(file, share: FileShare.ReadWrite | FileShare.Delete);
            return new FileStamp(file, RandomAccess.GetLength(handle), File.GetLastWriteTimeUtc(handle));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new FileStamp(file, -1, default);
        }
    }
}

/// <summary>What tells two versions of a file apart without reading it. A length of -1: it cannot be opened.</summary>
internal readonly record struct FileStamp(string File, long Length, DateTime Written);
