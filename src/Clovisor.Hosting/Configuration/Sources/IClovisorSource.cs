namespace Clovisor.Hosting.Configuration.Sources;

/// <summary>A place that configuration comes from and is followed at. All members may be used from any thread once it is started.</summary>
internal interface IClovisorSource : IAsyncDisposable
{
    /// <summary>What it is, for messages: <c>the folder /etc/clovisor</c>.</summary>
    string Name { get; }

    /// <summary>Whether the host starts without its contents, and puts them in force when they come. Faults of such a source never stop the host.</summary>
    bool MayBeLate { get; }

    /// <summary>What it says now. Never waits.</summary>
    SourceContents Current { get; }

    /// <summary>Begins to read. A source that may not be late knows its contents when this returns.</summary>
    void Start();

    /// <summary>Calls back at once and whenever <see cref="Current"/> may have changed, until it is cancelled.</summary>
    Task FollowAsync(Action changed, CancellationToken cancellationToken);

    /// <summary>Learns what became of its contents: in force when <paramref name="errors"/> is empty, refused otherwise.</summary>
    void Settled(SourceContents contents, ClovisorSnapshot? inForce, IReadOnlyList<CandidateError> errors);
}
