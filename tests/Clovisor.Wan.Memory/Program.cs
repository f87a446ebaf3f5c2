using System.Globalization;
using System.Net.NetworkInformation;
using Clovisor.Wan.Memory;

// Fills the datapath with sessions of each family and prints what they take. Exit status: 0 all promises kept, 1 one is not, 2 bad arguments.
const double MinRate = 100_000;
int sessions = 250_000;
string? device = null;
for (int i = 0; i < args.Length; i += 2)
{
    bool understood = i + 1 < args.Length && args[i] switch
    {
        "--sessions" => int.TryParse(args[i + 1], out sessions) && sessions is >= 20_000 and <= 4_000_000,
        "--device" => (device = args[i + 1]).Length > 0,
        _ => false,
    };
    if (!understood)
    {
        Console.Error.WriteLine($"'{string.Join(' ', args[i..])}' is not understood. Usage: session-memory-report.sh [--sessions N], from 20000 to 4000000.");
        return 2;
    }
}

if (device is null)
{
    Console.Error.WriteLine("No --device: run tests/session-memory-report.sh, which makes one.");
    return 2;
}

int index = NetworkInterface.GetAllNetworkInterfaces().Single(candidate => candidate.Name == device).GetIPProperties().GetIPv6Properties().Index;
List<Line> lines = [];
List<string> notes = [];
foreach ((string family, bool v6, int each, double all) in new[] { ("IPv4", false, 200, 50.0), ("IPv6", true, 260, 65.0) })
{
    Filling filling = Filling.Run(index, v6, sessions);
    double kernel = (double)filling.TableBytes / sessions;
    double user = (double)filling.UserBytes / sessions;
    double total = (filling.TableBytes + filling.UserBytes) / 1e6;
    double most = all * sessions / 250_000;
    lines.Add(new Line($"{family} session, kernel + user", $"≤ {each} B", Text($"{kernel:0.0} + {user:0.0} = {kernel + user:0.0} B"), kernel + user <= each));
    lines.Add(new Line($"{sessions} {family} sessions", Text($"≤ {most:0.#} MB"), Text($"{total:0.0} MB"), total <= most));
    lines.Add(new Line($"{family} sessions held at once", $"{sessions}", $"{filling.Held}", filling.Held == sessions));
    lines.Add(new Line($"{family} sessions entered, in batches", "≥ 100000/s", Text($"{filling.Rate:0}/s"), filling.Rate >= MinRate));
    notes.Add(Text($"{family}: all other maps {filling.OtherBytes / 1e6:0.0} MB, whatever the number of sessions; one sweep takes {filling.Sweep.TotalMilliseconds:0} ms."));
}

Console.WriteLine("| what | promised | measured | kept |");
Console.WriteLine("| --- | --: | --: | --- |");
lines.ForEach(line => line.Print());
Console.WriteLine();
Console.WriteLine("Kernel: memory of both tables of the family by the kernel's account (memlock in fdinfo). User: growth of this process's anonymous memory, after a sweep and a collection. 1 MB is 10^6 bytes.");
notes.ForEach(Console.WriteLine);
return lines.All(line => line.Kept) ? 0 : 1;

static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
