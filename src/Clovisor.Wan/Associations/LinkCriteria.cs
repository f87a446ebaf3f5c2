namespace Clovisor.Wan.Associations;

/// <summary>What a link must be for an association to use it, in the words of MEF 70.</summary>
public sealed record LinkCriteria
{
    /// <summary>Whether only private links qualify (PUBLIC-PRIVATE). The default is false: either kind.</summary>
    public bool PrivateOnly { get; init; }

    /// <summary>Whether only links at a flat rate qualify (BILLING-METHOD). The default is false: either kind.</summary>
    public bool FlatRateOnly { get; init; }

    /// <summary>Whether backup links may be used when no normal link qualifies (BACKUP). The default is true.</summary>
    public bool AllowBackup { get; init; } = true;
}
