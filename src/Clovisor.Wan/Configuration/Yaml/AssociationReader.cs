using System.Collections.Immutable;
using System.Globalization;
using Clovisor.Wan.Associations;

namespace Clovisor.Wan.Configuration.Yaml;

/// <summary>Reads the spec of a WanAssociation.</summary>
internal static class AssociationReader
{
    public static WanAssociation Read(string name, FieldReader spec, ErrorSink errors)
    {
        FieldReader? match = spec.Nested("match", "write match: { meshRoute: namespace/name/route }, match: { flows: [{ ports: [443] }] } or match: { dscp: [ef] }");
        FieldReader? tag = spec.Nested("tag", "write tag: { dscp: ef, sourcePorts: 33000-34999 }");
        FieldReader? onLinkDown = spec.Nested("onLinkDown", "write onLinkDown: { tcp: reset, udp: rebind }");
        FieldReader? failback = spec.Nested("failback", "write failback: { mode: drain }");
        var defaults = new WanAssociation { Name = name, Tiers = [] };
        var association = new WanAssociation
        {
            Name = name,
            MeshRoutes = match is null ? [] : [.. ReadRoutes(match, errors)],
            Flows = match is null ? [] : [.. FlowReader.Read(match)],
            Dscps = match is null ? [] : match.List<byte>("dscp", Dscp.TryParse, Dscp.Hint),
            TagDscp = tag?.ReadOptional<byte>("dscp", Dscp.TryParse, Dscp.Hint),
            TagSourcePorts = tag?.ReadOptional<PortRange>("sourcePorts", PortRange.TryParse, "write a range of ports such as 33000-34999"),
            Tiers = [.. ReadTiers(spec, errors)],
            Sla = spec.OptionalText("sla", "name an SlaClass"),
            Criteria = ReadCriteria(spec.Nested("criteria", "write criteria: { publicPrivate: either, billing: either, backup: \"yes\" }")),
            Fallback = spec.Word("fallback", SlaFallback.BestOfWorst, ("best-of-worst", SlaFallback.BestOfWorst), ("none", SlaFallback.None)),
            OnNoLink = spec.Word("onNoLink", NoLinkAction.Pass, ("pass", NoLinkAction.Pass), ("drop", NoLinkAction.Drop), ("unreachable", NoLinkAction.Unreachable)),
            TcpOnLinkDown = onLinkDown is null ? defaults.TcpOnLinkDown : ReadAction(onLinkDown, "tcp", defaults.TcpOnLinkDown),
            UdpOnLinkDown = onLinkDown is null ? defaults.UdpOnLinkDown : ReadAction(onLinkDown, "udp", defaults.UdpOnLinkDown),
            Failback = failback?.Word("mode", FailbackMode.Drain, ("drain", FailbackMode.Drain), ("never", FailbackMode.Never)) ?? FailbackMode.Drain,
            ResetAfter = failback?.ReadOptional<TimeSpan>("resetAfter", Units.TryDuration, Units.DurationHint),
            OnBrownout = spec.Word(
                "onBrownout", BrownoutAction.NewSessionsOnly, ("new-sessions-only", BrownoutAction.NewSessionsOnly), ("move", BrownoutAction.Move)),
            Sticky = spec.Read<StickyKey>("sticky", TrySticky, "write one of none, source, destination, user, header:NAME", default),
        };
        match?.Finish();
        tag?.Finish();
        onLinkDown?.Finish();
        failback?.Finish();
        spec.Finish();
        return association;
    }

    private static IEnumerable<MeshRouteReference> ReadRoutes(FieldReader match, ErrorSink errors)
    {
        foreach ((YamlValue item, string path) in match.Items("meshRoute"))
        {
            if (item is not YamlScalar { Text: var text })
            {
                errors.Add(
                    ConfigurationErrorCodes.MalformedValue, item.Line, path, "a mesh route is text; write [HTTPRoute:|GRPCRoute:]namespace/name/route[.match].");
            }
            else if (MeshRouteReference.TryParse(text, out MeshRouteReference? reference, out string? error))
            {
                yield return reference;
            }
            else
            {
                errors.Add(ConfigurationErrorCodes.MalformedValue, item.Line, path, error);
            }
        }
    }

    private static IEnumerable<LinkTier> ReadTiers(FieldReader spec, ErrorSink errors)
    {
        foreach ((YamlValue item, string path) in spec.Items("tiers"))
        {
            if (spec.AsMapping(item, path, "write - { links: [NAME] }") is not { } tier)
            {
                continue;
            }

            ImmutableArray<string> links = tier.List<string>("links", Text, "name WanLinks");

            // Shares are always by weight; the word is accepted because the field's neighbours are written with it.
            tier.Word("share", true, ("weighted", true));
            Dictionary<string, int> weights = ReadWeights(tier, links, errors);
            tier.Finish();
            yield return new LinkTier([.. links.Select(link => new WeightedLink(link, weights.GetValueOrDefault(link, 1)))]);
        }
    }

    private static Dictionary<string, int> ReadWeights(FieldReader tier, ImmutableArray<string> links, ErrorSink errors)
    {
        var weights = new Dictionary<string, int>(StringComparer.Ordinal);
        if (tier.Nested("weights", "write weights: { NAME: NUMBER }") is not { } reader)
        {
            return weights;
        }

        foreach ((YamlScalar key, YamlValue value) in reader.AllFields())
        {
            if (!links.Contains(key.Text))
            {
                errors.Add(
                    ConfigurationErrorCodes.UnknownReference,
                    key.Line,
                    reader.PathOf(key.Text),
                    $"'{key.Text}' is not among the links of this tier{Suggestion.For(key.Text, links)}");
            }
            else if (reader.TryScalar(value, reader.PathOf(key.Text), Whole, "write a whole number from 1 to 1000", out int weight))
            {
                weights[key.Text] = weight;
            }
        }

        return weights;
    }

    private static LinkCriteria ReadCriteria(FieldReader? criteria)
    {
        var read = new LinkCriteria();
        if (criteria is null)
        {
            return read;
        }

        read = new LinkCriteria
        {
            PrivateOnly = criteria.Word("publicPrivate", false, ("either", false), ("private-only", true)),
            FlatRateOnly = criteria.Word("billing", false, ("either", false), ("flat-rate-only", true)),
            EncryptedOnly = criteria.Word("encryption", false, ("either", false), ("encrypted-only", true)),
            InternetBreakout = criteria.Word(
                "internetBreakout", BreakoutCriterion.Either, ("either", BreakoutCriterion.Either), ("yes", BreakoutCriterion.Yes), ("no", BreakoutCriterion.No)),
            AllowBackup = criteria.Word("backup", true, ("yes", true), ("no", false)),
            Bandwidth = LinkReader.ReadCapacity(criteria.Nested("bandwidth", "write bandwidth: { up: 20M, down: 50M }")),
        };
        criteria.Finish();
        return read;
    }

    private static LinkDownAction ReadAction(FieldReader onLinkDown, string name, LinkDownAction whenMissing) => onLinkDown.Word(
        name, whenMissing, ("reset", LinkDownAction.Reset), ("rebind", LinkDownAction.Rebind), ("drain", LinkDownAction.Drain));

    private static bool TrySticky(string text, out StickyKey key)
    {
        const string Header = "header:";
        key = text switch
        {
            "source" => new StickyKey(StickyKind.Source),
            "destination" => new StickyKey(StickyKind.Destination),
            "user" => new StickyKey(StickyKind.User),
            _ when text.StartsWith(Header, StringComparison.Ordinal) => new StickyKey(StickyKind.Header, text[Header.Length..].Trim()),
            _ => default,
        };
        return key.Kind != StickyKind.None || text == "none";
    }

    private static bool Text(string text, out string value)
    {
        value = text;
        return text.Length > 0;
    }

    private static bool Whole(string text, out int value) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
