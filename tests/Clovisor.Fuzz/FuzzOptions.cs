using System.Globalization;

namespace Clovisor.Fuzz;

/// <summary>What the command line says.</summary>
internal sealed record FuzzOptions(int Seconds, ulong Seed, string StateFolder, string? Target, long? Case, bool IsWorker)
{
    private const string Usage = "Usage: fuzz.sh [--seconds N] [--seed S] [--state FOLDER] [--target NAME] [--case ITERATION]";

    internal static FuzzOptions? Parse(string[] arguments, TextWriter errors)
    {
        var options = new FuzzOptions(600, 1, Path.Combine(Path.GetTempPath(), "clovisor-fuzz"), null, null, false);
        for (int i = 0; i < arguments.Length; i++)
        {
            string name = arguments[i];
            if (name == "--worker")
            {
                options = options with { IsWorker = true };
                continue;
            }

            if (++i == arguments.Length)
            {
                errors.WriteLine($"{name} needs a value. {Usage}");
                return null;
            }

            string value = arguments[i];
            bool isNumber = long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long number);
            if (name is "--seconds" or "--seed" or "--case" && !isNumber)
            {
                errors.WriteLine($"{name} needs a whole number, not {value}. {Usage}");
                return null;
            }

            FuzzOptions? next = name switch
            {
                "--seconds" => options with { Seconds = (int)Math.Min(number, int.MaxValue) },
                "--seed" => options with { Seed = (ulong)number },
                "--case" => options with { Case = number },
                "--state" => options with { StateFolder = Path.GetFullPath(value) },
                "--target" => options with { Target = value },
                _ => null,
            };
            if (next is null || (next.Target is { } target && !FuzzTargets.All.Any(known => known.Name == target)))
            {
                errors.WriteLine($"{name} {value} is not known. {Usage}. Targets: {string.Join(", ", FuzzTargets.All.Select(static known => known.Name))}");
                return null;
            }

            options = next;
        }

        return options;
    }
}
