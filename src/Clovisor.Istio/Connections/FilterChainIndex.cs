using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Net;

namespace Clovisor.Istio.Connections;

/// <summary>
/// Chooses a filter chain as Envoy does: 1. of the ranges that hold the address the narrowest, 2. of the server names the exact one, else the
/// longest wildcard, else chains without names, 3. plain HTTP or any, 4. an application protocol or any. Each step keeps what fits
/// best and never goes back.
/// </summary>
internal sealed class FilterChainIndex
{
    private readonly Range[] _ranges;
    private readonly Names? _anywhere;
    private readonly FilterChain? _default;

    public FilterChainIndex(ImmutableArray<FilterChain> chains)
    {
        _default = chains.FirstOrDefault(static c => c.IsDefault);
        FilterChain[] special = [.. chains.Where(static c => !c.IsDefault)];
        _ranges = [.. special.SelectMany(static c => c.Destinations).Distinct().Select(n => new Range(n, new Names(special.Where(c => c.Destinations.Contains(n))))).OrderByDescending(static r => r.Length)];
        FilterChain[] anywhere = [.. special.Where(static c => c.Destinations.IsEmpty)];
        _anywhere = anywhere.Length == 0 ? null : new Names(anywhere);
    }

    public FilterChain? Find(in ConnectionRequest request)
    {
        Names? names = _anywhere;
        if (request.Destination is { } destination)
        {
            UInt128 address = Range.Number(destination);
            foreach (Range range in _ranges)
            {
                if (range.Contains(address))
                {
                    names = range.Names;
                    break;
                }
            }
        }

        return names?.Find(request) ?? _default;
    }

    /// <summary>A range of addresses; those of IPv4 lie in IPv6's part for them.</summary>
    private sealed class Range(IPNetwork network, Names names)
    {
        private readonly UInt128 _mask = Length128(network) == 0 ? UInt128.Zero : UInt128.MaxValue << (128 - Length128(network));
        private readonly UInt128 _first = Number(network.BaseAddress);

        public int Length { get; } = Length128(network);

        public Names Names { get; } = names;

        public static UInt128 Number(IPAddress address)
        {
            Span<byte> bytes = stackalloc byte[16];
            if (address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork)
            {
                bytes.Clear();
                bytes[10] = bytes[11] = 0xff;
                address.TryWriteBytes(bytes[12..], out _);
            }
            else
            {
                address.TryWriteBytes(bytes, out _);
            }

            return System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes);
        }

        public bool Contains(UInt128 address) => (address & _mask) == (_first & _mask);

        private static int Length128(IPNetwork network) =>
            network.BaseAddress.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? network.PrefixLength + 96 : network.PrefixLength;
    }

    private sealed class Names
    {
        private readonly FrozenDictionary<string, FilterChain[]>.AlternateLookup<ReadOnlySpan<char>> _exact;
        private readonly FrozenDictionary<string, FilterChain[]>.AlternateLookup<ReadOnlySpan<char>> _suffixes;
        private readonly FilterChain[] _any;

        public Names(IEnumerable<FilterChain> chains)
        {
            FilterChain[] all = [.. chains];
            _exact = By(all, static n => !n.StartsWith('*'), static n => n);
            _suffixes = By(all, static n => n.StartsWith('*'), static n => n[1..]);
            _any = [.. all.Where(static c => c.ServerNames.IsEmpty)];
        }

        public FilterChain? Find(in ConnectionRequest request)
        {
            ReadOnlySpan<char> name = request.ServerName ?? "";
            if (!name.IsEmpty && name.Length <= 255)
            {
                Span<char> lower = stackalloc char[255];
                name.ToLowerInvariant(lower);
                lower = lower[..name.Length];
                if (_exact.TryGetValue(lower, out FilterChain[]? found))
                {
                    return Choose(found, request);
                }

                for (int dot = lower.IndexOf('.'); dot >= 0;)
                {
                    if (_suffixes.TryGetValue(lower[dot..], out found))
                    {
                        return Choose(found, request);
                    }

                    int next = lower[(dot + 1)..].IndexOf('.');
                    dot = next < 0 ? -1 : dot + 1 + next;
                }
            }

            return Choose(_any, request);
        }

        private static FrozenDictionary<string, FilterChain[]>.AlternateLookup<ReadOnlySpan<char>> By(FilterChain[] chains, Func<string, bool> filter, Func<string, string> key) => chains
            .SelectMany(c => c.ServerNames.Where(filter).Select(n => (Name: key(n), Chain: c)))
            .GroupBy(static x => x.Name, static x => x.Chain, StringComparer.Ordinal)
            .ToFrozenDictionary(static g => g.Key, static g => g.ToArray(), StringComparer.Ordinal)
            .GetAlternateLookup<ReadOnlySpan<char>>();

        // Plain HTTP goes by its transport first; application protocols are offered over TLS alone.
        private static FilterChain? Choose(FilterChain[] chains, in ConnectionRequest request)
        {
            FilterChain? any = null;
            FilterChain? offered = null;
            foreach (FilterChain chain in chains)
            {
                if (chain.IsPlainHttp)
                {
                    if (request.Protocol == ConnectionProtocol.Http)
                    {
                        return chain;
                    }
                }
                else if (chain.ApplicationProtocols.IsEmpty)
                {
                    any ??= chain;
                }
                else if (offered is null && Offers(chain, request))
                {
                    offered = chain;
                }
            }

            return offered ?? any;
        }

        private static bool Offers(FilterChain chain, in ConnectionRequest request)
        {
            foreach (string protocol in request.ApplicationProtocols.Span)
            {
                if (chain.ApplicationProtocols.Contains(protocol))
                {
                    return true;
                }
            }

            return false;
        }
    }
}
