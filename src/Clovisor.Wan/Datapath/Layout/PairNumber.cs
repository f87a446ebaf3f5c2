using System.Text;

namespace Clovisor.Wan.Datapath.Layout;

/// <summary>The number by which the maps know the far end of paired links: of its name alone, so that it is the same after every reload and restart.</summary>
internal static class PairNumber
{
    /// <summary>1 to 65535; 0 for no name. Two names may have the same number, which <see cref="PairRules"/> refuses in one plan.</summary>
    internal static ushort Of(string? peer)
    {
        if (string.IsNullOrEmpty(peer))
        {
            return 0;
        }

        // FNV-1a, folded.
        uint hash = 0x811c9dc5;
        foreach (byte part in Encoding.UTF8.GetBytes(peer))
        {
            hash = (hash ^ part) * 0x01000193;
        }

        return (ushort)Math.Max(1u, (hash >> 16) ^ (hash & 0xffff));
    }
}
