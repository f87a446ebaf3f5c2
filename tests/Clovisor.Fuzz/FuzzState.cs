using System.Globalization;
using System.IO.MemoryMappedFiles;

namespace Clovisor.Fuzz;

/// <summary>
/// Where a run stands: the number of the case under way, in a file that both processes map, so that it outlives a worker that dies. A run with the
/// same seed and folder goes on from there.
/// </summary>
internal sealed class FuzzState : IDisposable
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    internal FuzzState(FuzzOptions options)
    {
        Directory.CreateDirectory(options.StateFolder);
        string path = Path.Combine(options.StateFolder, string.Create(CultureInfo.InvariantCulture, $"seed-{options.Seed}{(options.Target is null ? "" : "-" + options.Target)}.state"));
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.OpenOrCreate, null, 16);
        _view = _file.CreateViewAccessor(0, 16);
    }

    /// <summary>The case under way, or the first that has not been run.</summary>
    internal long Iteration
    {
        get => _view.ReadInt64(0);
        set => _view.Write(0, value);
    }

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }
}
