using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Clovisor.Testing;

/// <summary>
/// A network namespace of its own name for one test. A namespace belongs to a thread, so code that is to run in it gets a thread that
/// ends afterwards and is never the pool's.
/// </summary>
public sealed partial class NetworkNamespace : IDisposable
{
    private const int CloneNewNetwork = 0x40000000;
    private static int _counter;

    /// <summary>Makes a namespace with its loopback device up.</summary>
    /// <param name="purpose">Goes into the name: a few letters.</param>
    public NetworkNamespace(string purpose = "ns")
    {
        Name = $"clvt-{purpose}-{Environment.ProcessId}-{Interlocked.Increment(ref _counter)}";
        Command.Run("ip", "netns", "add", Name);
        try
        {
            Ip("link", "set", "lo", "up");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The name, as <c>ip netns</c> lists it.</summary>
    public string Name { get; }

    /// <summary>Runs <c>ip</c> in the namespace.</summary>
    public string Ip(params string[] arguments) => Command.Run("ip", ["-n", Name, .. arguments]);

    /// <summary>Runs any program in the namespace.</summary>
    public string Exec(string program, params string[] arguments) => Command.Run("ip", ["netns", "exec", Name, program, .. arguments]);

    /// <summary>Joins two namespaces by a veth pair; both ends are up, without addresses.</summary>
    /// <param name="device">The device here.</param>
    /// <param name="peer">The other namespace; may be this one.</param>
    /// <param name="peerDevice">The device there.</param>
    public void AddVeth(string device, NetworkNamespace peer, string peerDevice)
    {
        Ip("link", "add", device, "type", "veth", "peer", "name", peerDevice, "netns", peer.Name);
        Ip("link", "set", device, "up");
        peer.Ip("link", "set", peerDevice, "up");
    }

    /// <summary>Gives a device an address, IPv6 without duplicate address detection, so that it is usable at once.</summary>
    public void AddAddress(string device, string addressAndPrefix)
    {
        string[] noDad = addressAndPrefix.Contains(':', StringComparison.Ordinal) ? ["nodad"] : [];
        Ip(["addr", "add", addressAndPrefix, "dev", device, .. noDad]);
    }

    /// <summary>The index of a device.</summary>
    public int IndexOf(string device)
    {
        string line = Ip("-o", "link", "show", "dev", device);
        return int.Parse(line[..line.IndexOf(':', StringComparison.Ordinal)], CultureInfo.InvariantCulture);
    }

    /// <summary>Runs code on a thread that is in the namespace, and waits for it. Exceptions come through.</summary>
    public void Run(Action action) => Run(() =>
    {
        action();
        return 0;
    });

    /// <summary>Runs code on a thread that is in the namespace, and waits for its answer. Exceptions come through.</summary>
    public T Run<T>(Func<T> function)
    {
        T result = default!;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                EnterOnThisThread();
                result = function();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        })
        { Name = Name, IsBackground = true };
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result;
    }

    /// <summary>Removes the namespace and with it all its devices.</summary>
    public void Dispose() => Command.TryRun("ip", "netns", "del", Name);

    /// <summary>Moves the calling thread into the namespace for good: only for a thread that ends with the test.</summary>
    public void EnterOnThisThread()
    {
        using SafeFileHandle file = File.OpenHandle($"/run/netns/{Name}");
        if (SetNamespace((int)file.DangerousGetHandle(), CloneNewNetwork) != 0)
        {
            throw new InvalidOperationException($"setns to {Name}: errno {Marshal.GetLastPInvokeError()}");
        }
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetNamespace(int descriptor, int type);
}
