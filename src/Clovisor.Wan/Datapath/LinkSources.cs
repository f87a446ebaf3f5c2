using Clovisor.Bpf.Maps;
using Clovisor.Wan.Datapath.Layout;

namespace Clovisor.Wan.Datapath;

/// <summary>The addresses that links had in their last generations: by these the peers of bound sessions know them.</summary>
/// <remarks>Written under the datapath's lock, read by any thread.</remarks>
internal sealed class LinkSources : IDisposable
{
    private readonly BpfArrayMap<ClvSource> _map;
    private volatile ClvSource[] _known;

    internal LinkSources(BpfArrayMap<ClvSource> map)
    {
        _map = map;
        _known = map.ReadAll();
    }

    /// <summary>Notes the addresses of a link, before the programs see it in this generation.</summary>
    internal void Write(int index, in ClvLink link)
    {
        int place = ClvSource.IndexOf(index, link.Generation);
        var source = ClvSource.Of(in link);
        _map[place] = source;
        ClvSource[] next = [.. _known];
        next[place] = source;
        _known = next;
    }

    /// <summary>The source address of a session on the wire.</summary>
    /// <returns>False when it was that of a generation too long ago to be known; the session's next packet binds it anew.</returns>
    internal bool TryFind(in ClvTuple key, in ClvBinding binding, out ClvAddress address)
    {
        if (!binding.IsTranslated)
        {
            address = key.Saddr;
            return true;
        }

        ClvSource source = _known[ClvSource.IndexOf(binding.LinkIndex, binding.Generation)];
        address = key.IsV4 ? ClvAddress.FromRawV4(source.V4) : source.V6;
        return source.IsOf(in binding);
    }

    public void Dispose() => _map.Dispose();
}
