using Clovisor.Istio.Connections;
using Clovisor.Istio.Hosts;

namespace Clovisor.Istio.Compilation;

/// <summary>
/// Collects the filter chains of a port by address. What came first stays: a later chain with the same conditions falls out. Protocols in which the
/// server speaks first share an address with their own kind alone, as looking at the client's first bytes would hold them up.
/// </summary>
internal sealed class ListenerChains
{
    private readonly Dictionary<string, Entry> _byAddress = new(StringComparer.Ordinal);
    private readonly List<string> _order = [];

    public IEnumerable<(string Address, IReadOnlyList<FilterChain> Chains)> All => _order.Select(a => (a, (IReadOnlyList<FilterChain>)_byAddress[a].Chains));

    public void Add(string address, MeshPort port, List<FilterChain> chains)
    {
        if (!_byAddress.TryGetValue(address, out Entry? entry))
        {
            _byAddress[address] = entry = new Entry(port);
            _order.Add(address);
            entry.Chains.AddRange(chains);
            return;
        }

        if (entry.IsLocked || !entry.First.SharesListenerWith(port))
        {
            return;
        }

        foreach (FilterChain chain in chains)
        {
            if (!entry.Chains.Exists(a => a.Identity == chain.Identity))
            {
                entry.Chains.Add(chain);
            }
        }
    }

    public void Lock()
    {
        foreach (Entry entry in _byAddress.Values)
        {
            entry.IsLocked = true;
        }
    }

    private sealed class Entry(MeshPort first)
    {
        public MeshPort First { get; } = first;

        public bool IsLocked { get; set; }

        public List<FilterChain> Chains { get; } = [];
    }
}
