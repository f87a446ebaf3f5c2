using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Clovisor.Testing;

/// <summary>Runs code that sees a file system mounted which the machine has not mounted. The mount is gone with the thread.</summary>
public static unsafe partial class MountNamespace
{
    private const int CloneNewMounts = 0x20000;
    private const nuint Private = 1 << 18, Recursive = 1 << 14;

    /// <summary>Runs code on a thread with mounts of its own, and waits for it. Exceptions come through.</summary>
    /// <param name="kind">The kind of file system: <c>tracefs</c>.</param>
    /// <param name="path">Where it is mounted.</param>
    /// <param name="action">What runs; it must not start other threads that should see the mount.</param>
    public static void Run(string kind, string path, Action action)
    {
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                Check(Unshare(CloneNewMounts), "unshare");
                Check(Mount("none", "/", "none", Private | Recursive), "mount /");
                Check(Mount(kind, path, kind, 0), $"mount {path}");
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

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Mount(nint source, nint target, nint kind, nuint flags, nint data);
}
