using Clovisor.Bpf.Peers;
using Clovisor.Bpf.Peers.Interop;

// Measures the library's map operations and prints one JSON line a workload. ../README.md says what is measured and how.
int exit = 0;

// A thread of its own: the network namespace belongs to the thread, and so does the count of allocated bytes.
var thread = new Thread(() =>
{
    try
    {
        Arguments arguments = Arguments.Parse(args);
        if (arguments.Order)
        {
            Console.Out.WriteLine(Elements.SelfCheck(arguments.Entries));
            return;
        }

        Posix.Pin(arguments.Cpu ?? Posix.HighestCpu());
        Posix.LeaveNetwork();
        new Catalogue(arguments, new Measurement(arguments.Seconds), new Elements(arguments.Entries)).RunAll();
    }
    catch (Exception e)
    {
        Console.Error.WriteLine($"clovisor-peer: {e.Message.ReplaceLineEndings(" ")}");
        exit = 1;
    }
});
thread.Start();
thread.Join();
return exit;
