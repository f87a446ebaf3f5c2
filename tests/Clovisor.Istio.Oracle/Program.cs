using System.Globalization;
using Clovisor.Istio.Oracle;
using Clovisor.Istio.Oracle.Analyzers;
using Clovisor.Istio.Oracle.Live;
using Clovisor.Istio.Oracle.Report;

const string Usage = """
    usage: oracle-report.sh [--json FILE] [FOLDER…]
           oracle-report.sh --ask FOLDER [--area AREA]… [--seed N] [--count N]
           oracle-report.sh --analyzers FOLDER

    Compares this library with the answers of istiod and Envoy. FOLDER holds cases, one JSON object a line, in .jsonl or
    .jsonl.gz files; a file may be named too. Without a folder: the cases that the tests have.
    --json FILE   writes the table and every difference to FILE as well
    --ask FOLDER  generates cases, has the oracle itself answer them, and writes them to FOLDER, to be compared like others
    --area AREA   what the cases are about (all areas by default)
    --seed N      the seed of the generator (default 1)
    --count N     how many cases an area (default 100)
    --analyzers FOLDER  compares the analysis of Istio's own examples in FOLDER with what istioctl says of them, and nothing else

    exit status: 0 when all agrees but what is excepted, 1 when something differs, 2 when it could not be run
    """;

string? json = null;
string? ask = null;
string? examples = null;
int seed = 1;
int count = 100;
var areas = new List<string>();
var paths = new List<string>();
for (int i = 0; i < args.Length; i++)
{
    switch (args[i])
    {
        case "--help" or "-h":
            Console.WriteLine(Usage);
            return 0;
        case "--json" when i + 1 < args.Length:
            json = args[++i];
            break;
        case "--analyzers" when i + 1 < args.Length:
            examples = args[++i];
            break;
        case "--ask" when i + 1 < args.Length:
            ask = args[++i];
            break;
        case "--area" when i + 1 < args.Length && LiveComparison.Areas.Contains(args[i + 1]):
            areas.Add(args[++i]);
            break;
        case "--area":
            Console.Error.WriteLine($"--area needs one of {string.Join(", ", LiveComparison.Areas)}.");
            return 2;
        case "--seed" when i + 1 < args.Length && int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out seed):
        case "--count" when i + 1 < args.Length && int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out count):
            i++;
            break;
        case var option when option.StartsWith('-'):
            Console.Error.WriteLine($"Unknown or incomplete option {option}.\n{Usage}");
            return 2;
        default:
            paths.Add(args[i]);
            break;
    }
}

if (ask is not null)
{
    if (!OracleProgram.TryFind(out OracleProgram? oracle, out string reason))
    {
        Console.Error.WriteLine($"The oracle cannot be asked: {reason}.");
        return 2;
    }

    Directory.CreateDirectory(ask);
    foreach (string area in areas.Count > 0 ? areas : LiveComparison.Areas)
    {
        File.WriteAllLines(Path.Combine(ask, $"{area}.jsonl"), LiveComparison.Ask(oracle!, area, seed, count).Select(static c => c.Root.GetRawText()));
    }

    paths.Add(ask);
}

if (paths.Count == 0 && examples is null)
{
    Console.Error.WriteLine($"No folder was named.\n{Usage}");
    return 2;
}

try
{
    if (examples is not null)
    {
        bool agrees = AnalyzerReport.Run(examples, out string analyzers);
        Console.Write(analyzers);
        return agrees ? 0 : 1;
    }

    OracleReport report = OracleReport.Run(paths);
    Console.Write(ReportText.Write(report));
    if (json is not null)
    {
        ReportJson.Write(report, json);
    }

    return report.Agrees ? 0 : 1;
}
catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException)
{
    Console.Error.WriteLine(error.Message);
    return 2;
}
