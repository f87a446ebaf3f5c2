using Clovisor.Istio.Oracle.Report;

const string Usage = """
    usage: oracle-report.sh [--json FILE] [FOLDER…]

    Compares this library with the answers of istiod and Envoy. FOLDER holds cases, one JSON object a line, in .jsonl or
    .jsonl.gz files; a file may be named too. Without a folder: the cases that the tests have.
    --json FILE   writes the table and every difference to FILE as well

    exit status: 0 when all agrees but what is excepted, 1 when something differs, 2 when it could not be run
    """;

string? json = null;
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
        case var option when option.StartsWith('-'):
            Console.Error.WriteLine($"Unknown or incomplete option {option}.\n{Usage}");
            return 2;
        default:
            paths.Add(args[i]);
            break;
    }
}

if (paths.Count == 0)
{
    Console.Error.WriteLine($"No folder was named.\n{Usage}");
    return 2;
}

try
{
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
