using System.ComponentModel.DataAnnotations;

namespace Clovisor.Hosting.Kubernetes.Resources;

/// <summary>What a link must be, in the words of MEF 70.</summary>
public sealed record LinkCriteriaSpec
{
    /// <summary>Whether only private links qualify. The default is either.</summary>
    [AllowedValues("either", "private-only")]
    public string? PublicPrivate { get; init; }

    /// <summary>Whether only links at a flat rate qualify. The default is either.</summary>
    [AllowedValues("either", "flat-rate-only")]
    public string? Billing { get; init; }

    /// <summary>Whether only links that encrypt qualify. The default is either.</summary>
    [AllowedValues("either", "encrypted-only")]
    public string? Encryption { get; init; }

    /// <summary>Whether only links that lead to the Internet directly qualify, or only others. The default is either; YAML wants "yes" and "no" in quotes.</summary>
    [AllowedValues("either", "yes", "no")]
    public string? InternetBreakout { get; init; }

    /// <summary>The least that a link must carry.</summary>
    public LinkCapacitySpec? Bandwidth { get; init; }

    /// <summary>Whether backup links may be used when no normal link qualifies. The default is "yes", which YAML wants in quotes.</summary>
    [AllowedValues("yes", "no")]
    public string? Backup { get; init; }
}
