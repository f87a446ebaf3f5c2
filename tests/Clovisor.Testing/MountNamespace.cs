using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Clovisor.Testing;

/// <summary>Runs code that sees a file system mounted, or not mounted, whatever the machine has. What is mounted for it is gone with the thread.</summary>
public static unsafe partial class MountNamespace
{
    private const int CloneNewMounts = 0x20000;
    private const int Ebusy = 16;
    private const int Detach = 2;
    private const nuint Private = 1 << 18, Recursive = 1 << 14;

    /// <summary>Runs code on a thread with mounts of its own, and waits for it. Exceptions come through.</summary>
    /// <param name="kind">The kind of file system: <c>tracefs</c>.</param>
    /// <param name="path">Where it is mounted.</param>
    /// <param name="action">What runs; it must not start other threads that should see the mount.</param>
    public static void Run(string kind, string path, Action action) => InOwnMounts(action, () =>
    {
        // Busy: it is there already, of which there is one in a machine.
        if (Mount(kind, path, kind, 0) != 0 && Marshal.GetLastPInvokeError() != Ebusy)
        {
            Check(-1, $"mount {path}");
        }
    });

    /// <summary>The same without what is mounted there.</summary>
    /// <param name="action">What runs.</param>
    /// <param name="paths">Where nothing is to be mounted.</param>
    public static void RunWithout(Action action, params IEnumerable<string> paths) => InOwnMounts(action, () =>
    {
        foreach (string path in paths)
        {
            while (Unmount(path, Detach) == 0)
            {
                // Mounts may lie on one another.
            }
        }
    });

    private static void InOwnMounts(Action action, Action prepare)
    {
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                Check(Unshare(CloneNewMounts), "unshare");
                Check(Mount("none", "/", "none", Private | Recursive), "mount /");
                prepare();
                action();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        })
        { IsBackground = true };
        thread.Start();
        thread.Join();
        failure?.Throw();
    }

    private static int Mount(string source, string target, string kind, nuint flags)
    {
        nint sourceText = Marshal.StringToCoTaskMemUTF8(source), targetText = Marshal.StringToCoTaskMemUTF8(target), kindText = Marshal.StringToCoTaskMemUTF8(kind);
        try
        {
            return Mount(sourceText, targetText, kindText, flags, 0);
        }
        finally
        {
            Marshal.FreeCoTaskMem(sourceText);
            Marshal.FreeCoTaskMem(targetText);
            Marshal.FreeCoTaskMem(kindText);
        }
    }

    private static void Check(int result, string what)
    {
        if (result != 0)
        {
            throw new InvalidOperationException($"{what}: errno {Marshal.GetLastPInvokeError()}");
        }
    }

    [LibraryImport("libc", EntryPoint = "unshare", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Unshare(int flags);

    [LibraryImport("libc", EntryPoint = "umount2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Unmount(string path, int flags);

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Mount(nint source, nint target, nint kind, nuint flags, nint data);
}
