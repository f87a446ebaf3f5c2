using Clovisor.Istio;
using Clovisor.Istio.Routing;
using Clovisor.Istio.Validation;
using Clovisor.ExplainTool.CommandLine;
using Clovisor.ExplainTool.Output;

namespace Clovisor.ExplainTool;

/// <summary>Reads the configuration, compiles the proxy's table, asks where the request goes, and prints why.</summary>
internal static class ExplainCommand
{
    public const int Explained = 0;
    public const int BrokenConfiguration = 1;
    public const int BadUse = 2;

    /// <summary>Runs the tool.</summary>
    /// <returns>The exit status: 0 explained, 1 the configuration is broken, 2 the command line is.</returns>
    public static int Run(IReadOnlyList<string> words, TextWriter output, TextWriter errors, Palette palette)
    {
        if (words.Count == 0 || words.Any(static w => w is "--help" or "-h"))
        {
            output.WriteLine(HelpText.Text);
            return words.Count == 0 ? BadUse : Explained;
        }

        try
        {
            ExplainOptions options = ExplainOptions.Parse(words);
            IstioConfiguration mesh = ConfigurationFolder.Read(options.Config, options.Mesh);
            TableChoice choice = TableChoice.Make(new RouteCompiler(mesh), options);
            RouteExplanation explanation = RouteExplain.Explain(choice.Table, options.Request);
            if (options.Json)
            {
                output.WriteLine(JsonReport.Write(options, explanation));
            }
            else
            {
                TextReport.Write(options, explanation, output, palette);
            }

            return Explained;
        }
        catch (UsageException problem)
        {
            errors.WriteLine(problem.Message);
            return BadUse;
        }
        catch (IstioConfigurationException problem)
        {
            errors.WriteLine($"The configuration has {problem.Errors.Length} errors:");
            foreach (ConfigurationError error in problem.Errors)
            {
                errors.WriteLine($"  {error}");
            }

            return BrokenConfiguration;
        }
    }
}
