using System.Collections.Immutable;

namespace Clovisor.Wan.Associations;

/// <summary>Links of equal rank, which share the sessions of an association by weight.</summary>
/// <param name="Links">1 to 16 links, none twice in an association.</param>
public sealed record LinkTier(ImmutableArray<WeightedLink> Links)
{
    /// <summary>The links.</summary>
    public ImmutableArray<WeightedLink> Links { get; init => field = value.IsDefault ? [] : value; } = Links.IsDefault ? [] : Links;

    /// <summary>Makes a tier of links with equal weights.</summary>
    public static LinkTier Of(params ReadOnlySpan<string> links)
    {
        ImmutableArray<WeightedLink>.Builder builder = ImmutableArray.CreateBuilder<WeightedLink>(links.Length);
        foreach (string link in links)
        {
            builder.Add(new WeightedLink(link));
        }

        return new LinkTier(builder.MoveToImmutable());
    }
}
