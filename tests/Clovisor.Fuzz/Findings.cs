using System.Globalization;
using System.Text;

namespace Clovisor.Fuzz;

/// <summary>Keeps inputs that failed, each with what happened and how to run it again.</summary>
internal static class Findings
{
    private const int MostShown = 25;

    private static string Folder(FuzzOptions options) => Path.Combine(options.StateFolder, "findings");

    internal static int Count(FuzzOptions options) => Directory.Exists(Folder(options)) ? Directory.GetFiles(Folder(options), "*.txt").Length : 0;

    internal static void Keep(FuzzOptions options, long iteration, FuzzCase found, string what)
    {
        Directory.CreateDirectory(Folder(options));
        string name = Path.Combine(Folder(options), string.Create(CultureInfo.InvariantCulture, $"{found.Target.Name}-{options.Seed}-{iteration}"));
        string again = string.Create(CultureInfo.InvariantCulture, $"tests/fuzz.sh --seed {options.Seed} --case {iteration}{(options.Target is null ? "" : " --target " + options.Target)}");
        File.WriteAllBytes(name + ".bin", found.Input);
        File.WriteAllText(name + ".txt", $"{what}{Environment.NewLine}Again: {again}{Environment.NewLine}");
        Console.WriteLine($"FOUND in {found.Target.Name}, case {iteration}: {FirstLines(what)}");
        Console.WriteLine($"  kept as {name}.bin; again: {again}");
    }

    private static string FirstLines(string text)
    {
        string[] lines = text.Split('\n');
        var shown = new StringBuilder(lines[0]);
        foreach (string line in lines.Skip(1).Take(MostShown))
        {
            shown.Append('\n').Append(line);
        }

        return shown.ToString();
    }
}
