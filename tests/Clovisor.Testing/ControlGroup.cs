namespace Clovisor.Testing;

/// <summary>A control group (version 2) of its own for one test. Programs of the system run in it.</summary>
public sealed class ControlGroup : IDisposable
{
    private static int _counter;
    private readonly List<ControlGroup> _children = [];

    public ControlGroup()
        : this(System.IO.Path.Combine(Root(), $"clvt-{Environment.ProcessId}-{Interlocked.Increment(ref _counter)}"))
    {
    }

    private ControlGroup(string path)
    {
        Path = path;
        Directory.CreateDirectory(path);
    }

    /// <summary>The directory.</summary>
    public string Path { get; }

    /// <summary>A group below this one, removed with it.</summary>
    public ControlGroup AddChild(string name)
    {
        var child = new ControlGroup(System.IO.Path.Combine(Path, name));
        _children.Add(child);
        return child;
    }

    /// <summary>A group for single threads, below the one that this process is in.</summary>
    public static ControlGroup ForThreads()
    {
        string own = File.ReadLines("/proc/self/cgroup").First(static line => line.StartsWith("0::", StringComparison.Ordinal))[3..];
        var group = new ControlGroup($"{Root()}{own.TrimEnd('/')}/clvt-{Environment.ProcessId}-{Interlocked.Increment(ref _counter)}");
        try
        {
            File.WriteAllText(System.IO.Path.Combine(group.Path, "cgroup.type"), "threaded");
            return group;
        }
        catch
        {
            group.Dispose();
            throw;
        }
    }

    /// <summary>Moves the calling thread into the group for good: only for a thread that ends with the test. Sockets belong to the group of the thread that makes them.</summary>
    public void EnterOnThisThread() => File.WriteAllText(System.IO.Path.Combine(Path, "cgroup.threads"), "0");

    /// <summary>Runs a program in the group; gives exit code, output and error text.</summary>
    public (int ExitCode, string Output, string Errors) Run(string program, params string[] arguments) =>
        Command.TryRun("sh", ["-c", "echo $$ > \"$0/cgroup.procs\" && exec \"$@\"", Path, program, .. arguments]);

    public void Dispose()
    {
        _children.ForEach(static child => child.Dispose());
        if (File.ReadAllText(System.IO.Path.Combine(Path, "cgroup.type")).Trim() == "threaded")
        {
            LeaveThreads();
        }

        Directory.Delete(Path);
    }

    // A thread that the runtime started from one of the group's, to compile or to collect, is of the group too, and stays for as long as the process.
    private void LeaveThreads()
    {
        foreach (string thread in File.ReadAllLines(System.IO.Path.Combine(Path, "cgroup.threads")))
        {
            try
            {
                File.WriteAllText(System.IO.Path.Combine(Path, "..", "cgroup.threads"), thread);
            }
            catch (IOException)
            {
                // It has ended meanwhile.
            }
        }
    }

    private static string Root() =>
        File.ReadLines("/proc/self/mounts").Select(static line => line.Split(' ')).FirstOrDefault(static fields => fields[2] == "cgroup2")?[1]
        ?? throw new InvalidOperationException("cgroup2 is not mounted: mount -t cgroup2 none /sys/fs/cgroup/unified");
}
