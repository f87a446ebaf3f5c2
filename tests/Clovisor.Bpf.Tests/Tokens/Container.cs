using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Clovisor.Testing;

namespace Clovisor.Bpf.Tests.Tokens;

/// <summary>
/// Runs a test of this assembly inside of a user namespace whose BPF file system delegates rights. A program in C makes the namespace, since
/// only a process of one thread may; the rights are granted from outside, as a container manager does.
/// </summary>
internal static unsafe partial class Container
{
    private const string PathVariable = "CLOVISOR_TEST_BPFFS";

    /// <summary>Where the BPF file system is mounted, inside of a container; null outside.</summary>
    internal static string? Path { get; } = Environment.GetEnvironmentVariable(PathVariable);

    private const string Source = """
        #define _GNU_SOURCE
        #include <fcntl.h>
        #include <sched.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/mount.h>
        #include <sys/syscall.h>
        #include <unistd.h>

        static void put(const char *path, const char *text)
        {
            int fd = open(path, O_WRONLY);
            if (fd < 0 || write(fd, text, strlen(text)) < 0) { perror(path); exit(3); }
            close(fd);
        }

        static void must(long result, const char *what)
        {
            if (result < 0) { perror(what); exit(3); }
        }

        int main(int argc, char **argv)
        {
            char go;
            must(unshare(CLONE_NEWUSER | CLONE_NEWNS), "unshare");
            put("/proc/self/setgroups", "deny");
            put("/proc/self/uid_map", "0 0 1");
            put("/proc/self/gid_map", "0 0 1");
            must(mount("", "/", NULL, MS_REC | MS_PRIVATE, NULL), "private mounts");
            long fs = syscall(430, "bpf", 0);                                  /* fsopen */
            must(fs, "fsopen");
            printf("%ld\n", fs);
            fflush(stdout);
            must(read(0, &go, 1), "the word to go on");
            long mounted = syscall(432, fs, 0, 0);                             /* fsmount */
            must(mounted, "fsmount");
            must(syscall(429, mounted, "", AT_FDCWD, argv[1], 4), "move_mount");
            execv(argv[2], argv + 2);
            perror("exec");
            return 3;
        }
        """;

    /// <summary>Runs a test, which finds <see cref="Path"/> set.</summary>
    /// <returns>Exit code and output.</returns>
    internal static (int ExitCode, string Output) Run(string test, params (string Name, string Value)[] delegated)
    {
        string work = Directory.CreateTempSubdirectory("clvt-token-").FullName;
        try
        {
            string mountPoint = Directory.CreateDirectory(System.IO.Path.Combine(work, "bpf")).FullName;
            var start = new ProcessStartInfo(Compile(work))
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                ArgumentList = { mountPoint, Environment.ProcessPath!, "--filter-method", test },
                Environment = { [PathVariable] = mountPoint },
            };
            using Process child = Process.Start(start)!;
            string? line = child.StandardOutput.ReadLine();
            if (!int.TryParse(line, CultureInfo.InvariantCulture, out int descriptor))
            {
                child.WaitForExit();
                return (child.ExitCode, child.StandardError.ReadToEnd());
            }

            Delegate(child.Id, descriptor, delegated);
            child.StandardInput.Write('\n');
            child.StandardInput.Close();
            string output = child.StandardOutput.ReadToEnd() + child.StandardError.ReadToEnd();
            child.WaitForExit();
            return (child.ExitCode, output);
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    private static string Compile(string work)
    {
        string source = System.IO.Path.Combine(work, "container.c");
        string program = System.IO.Path.Combine(work, "container");
        File.WriteAllText(source, Source);
        using Process clang = Process.Start(new ProcessStartInfo("clang") { ArgumentList = { "-O1", "-Wall", "-o", program, source } })!;
        clang.WaitForExit();
        return clang.ExitCode == 0 ? program : throw new InvalidOperationException("clang could not compile the container.");
    }

    private static void Delegate(int process, int descriptor, (string Name, string Value)[] delegated)
    {
        const nint PidfdOpen = 434;
        const nint PidfdGetDescriptor = 438;
        const nint ConfigureFileSystem = 431;
        const nint SetString = 1;
        const nint Create = 6;
        int owner = (int)Call(PidfdOpen, process, 0, 0, 0, 0);
        int fileSystem = (int)Call(PidfdGetDescriptor, owner, descriptor, 0, 0, 0);
        try
        {
            Assert.True(fileSystem >= 0, "the descriptor of the file system");
            foreach ((string name, string value) in delegated)
            {
                nint key = Marshal.StringToHGlobalAnsi(name);
                nint text = Marshal.StringToHGlobalAnsi(value);
                nint result = Call(ConfigureFileSystem, fileSystem, SetString, key, text, 0);
                Marshal.FreeHGlobal(key);
                Marshal.FreeHGlobal(text);
                Assert.Equal(0, result);
            }

            // Only the host's root may bring the file system into being; the container mounts it.
            Assert.Equal(0, Call(ConfigureFileSystem, fileSystem, Create, 0, 0, 0));
        }
        finally
        {
            _ = Close(fileSystem);
            _ = Close(owner);
        }
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Call(nint number, nint first, nint second, nint third, nint fourth, nint fifth);

    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int descriptor);
}
