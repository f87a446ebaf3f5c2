using System.Text;
using Clovisor.Wan.Datapath;
using Clovisor.Wan.Datapath.Layout;

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
        if (Kind is StickyKind.Source or StickyKind.Destination)
        {
            // As the programs do: a session that nobody reported goes where those go that somebody did.
            return (Kind == StickyKind.Source ? session.Source : session.Destination) is { Address: { } address }
                ? new ClvTuple { Saddr = Kind == StickyKind.Source ? ClvAddress.From(address) : default, Daddr = Kind == StickyKind.Source ? default : ClvAddress.From(address) }.Slot
                : null;
        }

        string? header = Header;
        string? key = Kind switch
        {
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
