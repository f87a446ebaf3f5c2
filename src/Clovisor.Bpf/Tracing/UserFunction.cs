using System.Globalization;
using Clovisor.Bpf.Loading;

namespace Clovisor.Bpf.Tracing;

/// <summary>A place in a program or library: what a uprobe is set on.</summary>
/// <param name="Path">The file.</param>
/// <param name="Offset">Bytes from the start of the file.</param>
public readonly record struct UserFunction(string Path, long Offset)
{
    /// <summary>Finds a function by its name in the symbol tables of a file.</summary>
    /// <param name="file">A path; or a name, <c>libc.so.6</c> or <c>bash</c>, that is looked for where the system keeps libraries and programs.</param>
    /// <param name="function">The name in the symbol table; C++ names are mangled.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="KeyNotFoundException">The file has no such function; one that is stripped has exported functions alone.</exception>
    /// <exception cref="FormatException">The file is no ELF file of this machine's kind.</exception>
    public static UserFunction Find(string file, string function)
    {
        ArgumentException.ThrowIfNullOrEmpty(function);
        string path = Resolve(file);
        return new ElfSymbols(File.ReadAllBytes(path)).FindFunction(function) is { } offset
            ? new UserFunction(path, offset)
            : throw new KeyNotFoundException($"{path} has no function {function} in its symbol tables. A stripped file has exported functions alone: name the place by its offset then.");
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Path}:0x{Offset:x}");

    internal static string Resolve(string file)
    {
        ArgumentException.ThrowIfNullOrEmpty(file);
        if (file.Contains('/', StringComparison.Ordinal))
        {
            return File.Exists(file) ? System.IO.Path.GetFullPath(file) : throw new FileNotFoundException($"There is no file {file}.", file);
        }

        string[] places = file.Contains(".so", StringComparison.Ordinal)
            ? [.. Split("LD_LIBRARY_PATH"), .. Multiarch("/usr/lib"), .. Multiarch("/lib"), "/usr/lib64", "/usr/lib", "/lib64", "/lib"]
            : [.. Split("PATH"), "/usr/bin", "/usr/sbin"];
        return Array.Find(Array.ConvertAll(places, place => System.IO.Path.Combine(place, file)), File.Exists)
            ?? throw new FileNotFoundException($"There is no {file} in {string.Join(", ", places)}.", file);
    }

    private static string[] Split(string variable) =>
        Environment.GetEnvironmentVariable(variable)?.Split(':', StringSplitOptions.RemoveEmptyEntries) ?? [];

    private static string[] Multiarch(string root) =>
        Directory.Exists(root) ? Directory.GetDirectories(root, "*-linux-*") : [];
}
