namespace Clovisor.EdgeHost.Demo;

/// <summary>Where host and proxy take links, associations and route rules from, and the edits that the demo makes there: a folder, or two clusters.</summary>
/// <remarks>Disposal ends what it has started.</remarks>
internal interface IDemoConfiguration : IAsyncDisposable
{
    /// <summary>The name of the service that the client asks for.</summary>
    string Authority { get; }

    /// <summary>How an edit of the rules is called.</summary>
    string EditName { get; }

    /// <summary>How the host is told.</summary>
    IReadOnlyList<string> HostArguments { get; }

    /// <summary>How the server in the cloud is told what it is.</summary>
    IReadOnlyList<string> ServerArguments { get; }

    /// <summary>Puts everything there as it is at first.</summary>
    Task InstallAsync(CancellationToken cancellationToken);

    /// <summary>The two users change places in the route rules.</summary>
    Task SwapAsync(CancellationToken cancellationToken);

    /// <summary>Something is changed that must be refused.</summary>
    Task BreakAsync(CancellationToken cancellationToken);

    /// <summary>Everything as it was at first.</summary>
    Task RestoreAsync(CancellationToken cancellationToken);
}
