using System.IO.Compression;
using System.Text.Json;

namespace Clovisor.Istio.Oracle;

/// <summary>Reads cases from files: one JSON object a line, plain (<c>.jsonl</c>) or compressed (<c>.jsonl.gz</c>).</summary>
public static class OracleFiles
{
    private const string Plain = ".jsonl";
    private const string Compressed = ".jsonl.gz";

    /// <summary>Finds the files of a folder, or takes the one that is named.</summary>
    /// <param name="path">A folder or a file.</param>
    /// <returns>The paths, sorted.</returns>
    /// <exception cref="FileNotFoundException">There is no such folder or file, or the folder has no file with cases.</exception>
    public static IReadOnlyList<string> Find(string path)
    {
        if (File.Exists(path))
        {
            return [path];
        }

        if (!Directory.Exists(path))
        {
            throw new FileNotFoundException($"There is no folder and no file {path}; name one with cases ({Plain} or {Compressed}).", path);
        }

        string[] files = [.. Directory.EnumerateFiles(path).Where(static f => f.EndsWith(Plain, StringComparison.Ordinal) || f.EndsWith(Compressed, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        return files.Length > 0 ? files : throw new FileNotFoundException($"The folder {path} has no file with cases ({Plain} or {Compressed}).", path);
    }

    /// <summary>Reads the cases of one file, one after the other.</summary>
    /// <param name="file">The path. Its name without the ending is the family.</param>
    /// <returns>The cases.</returns>
    /// <exception cref="InvalidDataException">A line is no case.</exception>
    public static IEnumerable<OracleCase> Read(string file)
    {
        string family = Path.GetFileName(file);
        bool compressed = file.EndsWith(Compressed, StringComparison.Ordinal);
        family = family[..^(compressed ? Compressed : Plain).Length];
        using Stream stream = File.OpenRead(file);
        using Stream text = compressed ? new GZipStream(stream, CompressionMode.Decompress) : stream;
        using var reader = new StreamReader(text);
        for (int line = 1; reader.ReadLine() is { } content; line++)
        {
            if (!string.IsNullOrWhiteSpace(content))
            {
                yield return Parse(family, content, $"{file} line {line}");
            }
        }
    }

    private static OracleCase Parse(string family, string content, string where)
    {
        try
        {
            JsonElement root = JsonDocument.Parse(content).RootElement;
            return root.TryGetProperty("name", out _) && root.TryGetProperty("config", out _) && root.TryGetProperty("proxy", out _)
                ? new OracleCase(family, root)
                : throw new InvalidDataException($"{where} is no case: it lacks name, config or proxy.");
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"{where} is no JSON: {error.Message}", error);
        }
    }
}
