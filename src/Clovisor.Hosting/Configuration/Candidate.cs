using System.Collections.Immutable;
using Clovisor.Istio;
using Clovisor.Istio.Sources;
using Clovisor.Wan.Configuration;

namespace Clovisor.Hosting.Configuration;

/// <summary>What the documents of the folder say, for the mesh and for the links; or everything that is wrong with them.</summary>
internal sealed record Candidate(IstioConfiguration Istio, WanConfiguration Wan, ImmutableArray<string> Errors)
{
    internal static Candidate Of(YamlFolderSnapshot folder)
    {
        ConfigurationResult wan = WanConfigurationReader.Read(folder.Texts.Select(text => new ConfigurationText(text.Name, text.Text)));

        // Both read every text, so a text that is not YAML is reported twice: the line is the same, the words differ.
        HashSet<(string?, int?)> reported = [.. folder.Errors.Select(error => ((string?)error.Source.File, (int?)error.Source.Line))];
        return new Candidate(
            folder.Configuration ?? IstioConfiguration.Empty,
            wan.Configuration ?? WanConfiguration.Empty,
            [
                .. folder.Errors.Select(error => error.ToString()),
                .. wan.Errors
                    .Where(error => error.Code != ConfigurationErrorCodes.Syntax || !reported.Contains((error.File, error.Line)))
                    .Select(error => error.ToString()),
            ]);
    }
}
