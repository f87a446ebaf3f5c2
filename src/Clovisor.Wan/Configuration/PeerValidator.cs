using System.Collections.Immutable;
using System.Net;
using Clovisor.Wan.Datapath.Layout;
using Clovisor.Wan.Links;

namespace Clovisor.Wan.Configuration;

/// <summary>Checks the far ends of paired links.</summary>
internal static class PeerValidator
{
    private const string NamePath = "spec.peer.name";
    private const string AddressesPath = "spec.peer.addresses";

    public static void Check(ImmutableArray<WanLink> links, int position, FindingList findings)
    {
        WanLink link = links[position];
        if (link.Addressing != AddressingKind.Paired)
        {
            if (link.Peer is not null || !link.PeerAddresses.IsEmpty)
            {
                findings.Add(
                    ConfigurationErrorCodes.Contradiction,
                    "spec.peer",
                    "only a link with 'addressing: paired' has a peer. Write that if the far end runs Clovisor and pairs the same links, or remove the peer.");
            }

            return;
        }

        CheckName(links, position, findings);
        if (link.PeerAddresses.IsEmpty)
        {
            findings.Add(
                ConfigurationErrorCodes.MissingField, AddressesPath, "a paired link needs the far end's own address on it, one a family: write peer: { name: cloud, addresses: [192.0.2.1] }.");
        }

        LinkValidator.CheckAddresses(link.PeerAddresses, AddressesPath, "peer address", findings);
        for (int i = 0; i < link.PeerAddresses.Length; i++)
        {
            CheckAddress(links, position, i, findings);
        }
    }

    private static void CheckName(ImmutableArray<WanLink> links, int position, FindingList findings)
    {
        string? name = links[position].Peer;
        if (string.IsNullOrEmpty(name))
        {
            findings.Add(ConfigurationErrorCodes.MissingField, NamePath, "a paired link needs a name for the site at its far end, the same in all links that lead there: write peer: { name: cloud, addresses: [192.0.2.1] }.");
            return;
        }

        if (!ConfigurationValidator.IsName(name))
        {
            findings.Add(ConfigurationErrorCodes.InvalidName, NamePath, $"'{name}' is not a valid name; {ConfigurationValidator.NameHint}");
        }

        WanLink? alike = links[..position].FirstOrDefault(
            other => other.Addressing == AddressingKind.Paired && other.Peer is { Length: > 0 } earlier && earlier != name && PairNumber.Of(earlier) == PairNumber.Of(name));
        if (alike is not null)
        {
            findings.Add(ConfigurationErrorCodes.Contradiction, NamePath, $"'{name}' and '{alike.Peer}' of link '{alike.Name}' get the same number in the datapath, which one name in 65,535 does; rename one.");
        }
    }

    private static void CheckAddress(ImmutableArray<WanLink> links, int position, int index, FindingList findings)
    {
        WanLink link = links[position];
        IPAddress address = link.PeerAddresses[index];
        string path = $"{AddressesPath}[{index}]";
        if (link.Addresses.Contains(address))
        {
            findings.Add(ConfigurationErrorCodes.Contradiction, path, $"{address} is this end's own address; write that of the far end.");
        }

        if (links[..position].FirstOrDefault(other => other.PeerAddresses.Contains(address)) is { } holder)
        {
            findings.Add(
                ConfigurationErrorCodes.Contradiction,
                path,
                $"{address} is the far end's address on link '{holder.Name}' too. By it the datapath tells which link a packet came by: give the far end one address for each link.");
        }
    }
}
