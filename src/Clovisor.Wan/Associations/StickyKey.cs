using System.Text;
using Clovisor.Wan.Datapath;

namespace Clovisor.Wan.Associations;

/// <summary>What keeps several sessions of an association on one link.</summary>
/// <param name="Kind">What is the same in them.</param>
/// <param name="Header">The name of the header where <paramref name="Kind"/> is a header; null otherwise.</param>
public readonly record struct StickyKey(StickyKind Kind, string? Header = null)
{
    /// <summary>The slot of the association that all sessions with this key fall into.</summary>
    /// <returns>0 to 63; null when the session lacks what the key is made of, and is placed by itself.</returns>
    public byte? SlotOf(SessionFacts session)
    {
        ArgumentNullException.ThrowIfNull(session);
        string? header = Header;
        string? key = Kind switch
        {
            StickyKind.Source => session.Source?.Address.MapToIPv6().ToString(),
            StickyKind.Destination => session.Destination?.Address.MapToIPv6().ToString(),
            StickyKind.User => session.User,
            StickyKind.Header => session.Headers?.FirstOrDefault(pair => string.Equals(pair.Key, header, StringComparison.OrdinalIgnoreCase)).Value,
            _ => null,
        };
        return key is null ? null : (byte)(Hash(key) % DatapathPlan.SlotsPerAssociation);
    }

    // The same in every process, since a restarted one must place the same user on the same link.
    private static ulong Hash(string key)
    {
        ulong hash = 14695981039346656037;
        foreach (byte b in Encoding.UTF8.GetBytes(key))
        {
            hash = (hash ^ b) * 1099511628211;
        }

        hash = (hash ^ (hash >> 33)) * 0xFF51AFD7ED558CCD;
        return hash ^ (hash >> 33);
    }
}
