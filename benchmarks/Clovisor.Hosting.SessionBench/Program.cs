using System.Globalization;
using Clovisor.Hosting.SessionBench;

// session-bench floor|compare|end|report …: the parts of run-session-api.sh and host-memory-report.sh, which say what each is for.
try
{
    switch (args)
    {
        case ["floor", var socket]:
            Floor.Run(socket);
            return 0;
        case ["compare", var pins, var first, var count, var pods]:
            Console.WriteLine(SessionMap.Compare(pins, Number(first), Number(count), Number(pods)));
            return 0;
        case ["end", var pins, var first, var count, var pods]:
            Console.WriteLine(SessionMap.End(pins, Number(first), Number(count), Number(pods)));
            return 0;
        case ["report", var lines]:
            return Report.Write(File.ReadLines(lines), Console.Out) ? 0 : 1;
        default:
            Console.Error.WriteLine("Run benchmarks/run-session-api.sh or tests/host-memory-report.sh, which call this.");
            return 2;
    }
}
catch (Exception e) when (e is InvalidDataException or IOException)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}

static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
