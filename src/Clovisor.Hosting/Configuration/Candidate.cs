using System.Collections.Frozen;
using System.Collections.Immutable;
using Clovisor.Hosting.Configuration.Sources;
using Clovisor.Istio;
using Clovisor.Wan.Configuration;

namespace Clovisor.Hosting.Configuration;

/// <summary>What all sources say together, for the mesh and for the links; or everything that is wrong with it.</summary>
internal sealed record Candidate(IstioConfiguration Istio, WanConfiguration Wan, ImmutableArray<CandidateError> Errors)
{
    /// <summary>Joins sources, the most important first: of route rules of one name its own counts; links, classes and associations of all must fit together.</summary>
    internal static Candidate Of(IReadOnlyList<SourceContents> sources, IEnumerable<KeyValuePair<string, string>> nodeLabels)
    {
        Dictionary<string, string> labels = new(StringComparer.Ordinal);
        foreach ((string key, string value) in sources.SelectMany(source => source.NodeLabels).Concat(nodeLabels))
        {
            labels[key] = value;
        }

        ConfigurationResult wan = WanConfigurationReader.Read(sources.SelectMany(source => source.Wan), labels);

        // Both read every text, so a text that is not YAML is reported twice: the line is the same, the words differ.
        FrozenSet<(string?, int?)> reported = sources.SelectMany(source => source.Reported).ToFrozenSet();
        return new Candidate(
            IstioConfiguration.Join(sources.Select(source => source.Istio)),
            wan.Configuration ?? WanConfiguration.Empty,
            [
                .. sources.Index().SelectMany(source => source.Item.Errors.Select(error => new CandidateError(source.Index, "", error))),
                .. wan.Errors
                    .Where(error => error.Code != ConfigurationErrorCodes.Syntax || !reported.Contains((error.File, error.Line)))
                    .Select(error => new CandidateError(sources.Index().First(source => source.Item.Wan.Any(text => text.Name == error.File)).Index, error.Subject, error.ToString())),
            ]);
    }
}

/// <summary>One thing that is wrong with a candidate.</summary>
/// <param name="Source">The position of its source; null when the kernel refused.</param>
/// <param name="Subject">The object, such as <c>WanLink/fibre</c>; empty when it is not one of the WAN's.</param>
/// <param name="Text">All of it, with the place.</param>
internal sealed record CandidateError(int? Source, string Subject, string Text);
