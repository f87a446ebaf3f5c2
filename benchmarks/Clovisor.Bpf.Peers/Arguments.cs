using System.Globalization;

namespace Clovisor.Bpf.Peers;

/// <summary>The command line.</summary>
internal sealed record Arguments(double Seconds, int Entries, HashSet<string>? Operations, int? Cpu, bool Order)
{
    private const int SmallestEntries = 4096;

    internal static Arguments Parse(string[] arguments)
    {
        double seconds = 0.5;
        int entries = 65536;
        HashSet<string>? operations = null;
        int? cpu = null;
        bool order = false;
        for (int i = 0; i < arguments.Length; i++)
        {
            string Next() => ++i < arguments.Length ? arguments[i] : throw new FormatException($"{arguments[i - 1]} needs a value");
            switch (arguments[i])
            {
                case "--seconds":
                    seconds = double.Parse(Next(), CultureInfo.InvariantCulture);
                    break;
                case "--entries":
                    entries = int.Parse(Next(), CultureInfo.InvariantCulture);
                    break;
                case "--op":
                    operations = [.. Next().Split(',')];
                    break;
                case "--cpu":
                    cpu = int.Parse(Next(), CultureInfo.InvariantCulture);
                    break;
                case "--order":
                    order = true;
                    break;
                default:
                    throw new FormatException($"unknown option {arguments[i]}; there are --seconds S, --entries N, --op a,b, --cpu C and --order");
            }
        }

        return entries >= SmallestEntries && seconds > 0
            ? new Arguments(seconds, entries, operations, cpu, order)
            : throw new FormatException($"--entries must be at least {SmallestEntries}, and --seconds above 0");
    }

    internal bool Wants(string operation) => Operations is null || Operations.Contains(operation);
}
