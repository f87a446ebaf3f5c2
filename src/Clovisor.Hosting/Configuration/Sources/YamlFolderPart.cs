using System.Collections.Frozen;
using Clovisor.Istio;
using Clovisor.Istio.Sources;
using Clovisor.Wan.Configuration;
using Microsoft.Extensions.Options;

namespace Clovisor.Hosting.Configuration.Sources;

/// <summary>A watched folder of YAML documents.</summary>
internal sealed class YamlFolderPart(IOptions<YamlFolderOptions> options, TimeProvider time) : IClovisorSource
{
    private YamlFolderSource? _source;
    private (long Revision, SourceContents Contents) _known = (-1, SourceContents.Unknown);

    public string Name => $"the folder {options.Value.Directory}";

    public bool MayBeLate => false;

    public SourceContents Current
    {
        get
        {
            YamlFolderSnapshot folder = _source!.Current;
            (long revision, SourceContents contents) = _known;
            if (folder.Revision != revision)
            {
                contents = ContentsOf(folder);
                _known = (folder.Revision, contents);
            }

            return contents;
        }
    }

    public void Start() => _source ??= new YamlFolderSource(options.Value.Directory, timeProvider: time);

    public async Task FollowAsync(Action changed, CancellationToken cancellationToken)
    {
        await foreach (YamlFolderSnapshot _ in _source!.WatchAsync(cancellationToken).ConfigureAwait(false))
        {
            changed();
        }
    }

    public void Settled(SourceContents contents, ClovisorSnapshot? inForce, IReadOnlyList<CandidateError> errors)
    {
        // Whoever wrote the files reads health and the log.
    }

    public ValueTask DisposeAsync()
    {
        _source?.Dispose();
        return ValueTask.CompletedTask;
    }

    private static SourceContents ContentsOf(YamlFolderSnapshot folder) => new()
    {
        IsKnown = true,
        Istio = folder.Configuration ?? IstioConfiguration.Empty,
        Wan = [.. folder.Texts.Select(text => new ConfigurationText(text.Name, text.Text))],
        Errors = [.. folder.Errors.Select(error => error.ToString())],
        Reported = folder.Errors.Select(error => ((string?)error.Source.File, (int?)error.Source.Line)).ToFrozenSet(),
    };
}
