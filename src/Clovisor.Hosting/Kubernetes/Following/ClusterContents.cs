using System.Collections.Frozen;
using Clovisor.Hosting.Configuration;
using Clovisor.Hosting.Configuration.Sources;

namespace Clovisor.Hosting.Kubernetes.Following;

/// <summary>What clusters say, and of which generation each WAN object is.</summary>
internal sealed record ClusterContents : SourceContents
{
    internal required FrozenDictionary<string, long> Generations { get; init; }
}

/// <summary>What became of contents.</summary>
/// <param name="Contents">The contents.</param>
/// <param name="Errors">All that was wrong, of any source; empty when they are in force.</param>
internal sealed record Settlement(ClusterContents Contents, IReadOnlyList<CandidateError> Errors);
