using Clovisor.Wan.Configuration;
using Clovisor.Wan.Links;

namespace Clovisor.Wan.Associations;

/// <summary>What a link must be for an association to use it, in the words of MEF 70.</summary>
public sealed record LinkCriteria
{
    /// <summary>Whether only private links qualify (PUBLIC-PRIVATE). The default is false: either kind.</summary>
    public bool PrivateOnly { get; init; }

    /// <summary>Whether only links that encrypt qualify (ENCRYPTION). The default is false: either kind.</summary>
    public bool EncryptedOnly { get; init; }

    /// <summary>Whether links that lead to the Internet directly qualify, or others (INTERNET-BREAKOUT). The default is either.</summary>
    public BreakoutCriterion InternetBreakout { get; init; }

    /// <summary>Whether only links at a flat rate qualify (BILLING-METHOD). The default is false: either kind.</summary>
    public bool FlatRateOnly { get; init; }

    /// <summary>Whether backup links may be used when no normal link qualifies (BACKUP). The default is true.</summary>
    public bool AllowBackup { get; init; } = true;

    /// <summary>What a link must carry at least, each way (BANDWIDTH); null asks nothing. A link that states no capacity does not qualify.</summary>
    public LinkCapacity? Bandwidth { get; init; }

    /// <summary>Says by which criterion a link does not qualify.</summary>
    /// <returns>The first criterion that fails, in words; null when all hold.</returns>
    public string? Failed(WanLink link)
    {
        ArgumentNullException.ThrowIfNull(link);
        return link switch
        {
            _ when PrivateOnly && link.Transport != LinkTransport.Private => "publicPrivate: it is public, and only private links qualify",
            _ when EncryptedOnly && !link.Encrypted => "encryption: it does not encrypt, and only links that do qualify",
            _ when InternetBreakout == BreakoutCriterion.Yes && !link.LeadsToInternet => "internetBreakout: it does not lead to the Internet",
            _ when InternetBreakout == BreakoutCriterion.No && link.LeadsToInternet => "internetBreakout: it leads to the Internet, and must not",
            _ when FlatRateOnly && link.Billing != LinkBilling.Flat => "billing: it is paid by use, and only flat rates qualify",
            _ when !AllowBackup && link.Role == LinkRole.Backup => "backup: it is a backup link, and those do not qualify",
            _ when Bandwidth is { } wanted => FailedBandwidth(wanted, link.Capacity),
            _ => null,
        };
    }

    private static string? FailedBandwidth(LinkCapacity wanted, LinkCapacity? given) => given switch
    {
        null => "bandwidth: it states no capacity",
        { } has when has.UpBitsPerSecond < wanted.UpBitsPerSecond =>
            $"bandwidth: it carries {Units.ShowRate(has.UpBitsPerSecond)} up, and {Units.ShowRate(wanted.UpBitsPerSecond)} are asked for",
        { } has when has.DownBitsPerSecond < wanted.DownBitsPerSecond =>
            $"bandwidth: it carries {Units.ShowRate(has.DownBitsPerSecond)} down, and {Units.ShowRate(wanted.DownBitsPerSecond)} are asked for",
        _ => null,
    };
}
