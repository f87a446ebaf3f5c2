using System.Globalization;
using Clovisor.EdgeHost.CommandLine;

namespace Clovisor.EdgeHost.Lab;

/// <summary>One lab of a name at a time. The kernel lets go of the lock when its holder dies, however it dies.</summary>
internal sealed class LabLock : IDisposable
{
    private readonly FileStream _file;
    private readonly string _directory;

    private LabLock(FileStream file, string directory)
    {
        _file = file;
        _directory = directory;
    }

    public static LabLock Take(LabNames names)
    {
        Directory.CreateDirectory(names.RunDirectory);
        try
        {
            var file = new FileStream(names.LockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            file.SetLength(0);
            file.Write(System.Text.Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
            file.Flush();
            return new LabLock(file, names.RunDirectory);
        }
        catch (IOException e) when (File.Exists(names.LockFile))
        {
            throw new EdgeHostException(
                $"cannot take {names.LockFile}", $"another demo holds it ({e.Message})", "Let it finish, or stop it; then start again. Nothing was changed");
        }
    }

    public void Dispose()
    {
        // The folder goes while the lock is still held: whoever comes next must not find its own folder removed.
        try
        {
            if (Directory.Exists(_directory))
            {
                Directory.Delete(_directory, recursive: true);
            }
        }
        finally
        {
            _file.Dispose();
        }
    }
}
