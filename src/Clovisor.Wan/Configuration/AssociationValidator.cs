using Clovisor.Wan.Associations;
using Clovisor.Wan.Datapath;
using Clovisor.Wan.Links;

namespace Clovisor.Wan.Configuration;

/// <summary>Checks associations, and that what they name exists.</summary>
internal static class AssociationValidator
{
    public static void Validate(ConfigurationDraft draft, FindingList findings)
    {
        string[] links = [.. draft.Links.Select(static link => link.Name)];
        string[] classes = [.. draft.SlaClasses.Select(static sla => sla.Name)];
        var names = new Dictionary<string, int>(StringComparer.Ordinal);
        var routes = new Dictionary<MeshRouteReference, string>();
        var dscps = new Dictionary<byte, string>();
        var flows = new Dictionary<FlowMatch, string>();
        for (int position = 0; position < draft.Associations.Length; position++)
        {
            WanAssociation association = draft.Associations[position];
            findings.LookAt(SubjectKind.WanAssociation, position);
            ConfigurationValidator.CheckName(association.Name, names, position, findings);
            CheckMatch(association, routes, dscps, findings);
            FlowValidator.Validate(association, flows, findings);
            CheckSourcePorts(association, draft.Associations.AsSpan()[..position], findings);
            CheckTiers(association, links, draft, findings);
            CheckCriteria(association, draft, findings);
            if (association.Sla is { } sla && !classes.Contains(sla) && !draft.Broken.Contains((SubjectKind.SlaClass, sla)))
            {
                findings.Add(ConfigurationErrorCodes.UnknownReference, "spec.sla", $"there is no SlaClass '{sla}'{Suggestion.For(sla, classes, "; none is declared")}");
            }

            CheckActions(association, findings);
        }
    }

    private static void CheckMatch(
        WanAssociation association, Dictionary<MeshRouteReference, string> routes, Dictionary<byte, string> dscps, FindingList findings)
    {
        if (association.MeshRoutes.IsEmpty && association.Flows.IsEmpty && association.Dscps.IsEmpty && association.TagDscp is null
            && association.TagSourcePorts is null)
        {
            findings.Add(ConfigurationErrorCodes.EmptyMatch, "spec.match", "nothing is matched; give meshRoute: namespace/name/route, flows: [{ destinations: [10.0.0.0/8] }] or dscp: [ef].");
        }

        for (int i = 0; i < association.MeshRoutes.Length; i++)
        {
            Claim(routes, association.MeshRoutes[i], $"spec.match.meshRoute[{i}]", $"mesh route '{association.MeshRoutes[i]}'");
        }

        for (int i = 0; i < association.Dscps.Length; i++)
        {
            findings.Range(association.Dscps[i], (byte)1, (byte)63, $"spec.match.dscp[{i}]");
            Claim(dscps, association.Dscps[i], $"spec.match.dscp[{i}]", $"DSCP {association.Dscps[i]}");
        }

        if (association.TagDscp is { } tag)
        {
            findings.Range(tag, (byte)1, (byte)63, "spec.tag.dscp");
            if (!association.Dscps.Contains(tag))
            {
                Claim(dscps, tag, "spec.tag.dscp", $"DSCP {tag}");
            }
        }

        void Claim<T>(Dictionary<T, string> claims, T key, string path, string what)
            where T : notnull
        {
            if (!claims.TryAdd(key, association.Name))
            {
                findings.Add(
                    ConfigurationErrorCodes.DuplicateMatch,
                    path,
                    $"{what} is claimed by association '{claims[key]}' already, so it would be unclear whose links it takes; keep it in one place.");
            }
        }
    }

    private static void CheckSourcePorts(WanAssociation association, ReadOnlySpan<WanAssociation> earlier, FindingList findings)
    {
        const string Field = "spec.tag.sourcePorts";
        if (association.TagSourcePorts is not { } ports)
        {
            return;
        }

        if (TagPorts.Fault(ports) is { } fault)
        {
            findings.Add(ConfigurationErrorCodes.OutOfRange, Field, $"{fault}.");
        }

        foreach (WanAssociation other in earlier)
        {
            if (other.TagSourcePorts is { } taken && TagPorts.Overlap(taken, ports))
            {
                findings.Add(
                    ConfigurationErrorCodes.DuplicateMatch,
                    Field,
                    $"{ports} overlaps {taken} of association '{other.Name}', so it would be unclear whose links a connection takes; keep the ranges apart.");
            }
        }
    }

    private static void CheckTiers(WanAssociation association, string[] links, ConfigurationDraft draft, FindingList findings)
    {
        if (association.Tiers.IsEmpty)
        {
            findings.Add(ConfigurationErrorCodes.MissingField, "spec.tiers", "there is no tier; write - { links: [NAME] } for each, best first.");
        }

        if (association.Tiers.Length > 16)
        {
            findings.Range(association.Tiers.Length, 1, 16, "spec.tiers", static count => $"{count} tiers");
        }

        var seen = new Dictionary<string, string>(StringComparer.Ordinal);
        for (int i = 0; i < association.Tiers.Length; i++)
        {
            LinkTier tier = association.Tiers[i];
            if (tier.Links.IsEmpty)
            {
                findings.Add(ConfigurationErrorCodes.MissingField, $"spec.tiers[{i}].links", "the tier is empty; name at least one link or remove the tier.");
            }

            for (int j = 0; j < tier.Links.Length; j++)
            {
                (string link, int weight) = tier.Links[j];
                string path = $"spec.tiers[{i}].links[{j}]";
                if (!links.Contains(link) && !draft.Elsewhere.Contains(link) && !draft.Broken.Contains((SubjectKind.WanLink, link)))
                {
                    findings.Add(ConfigurationErrorCodes.UnknownReference, path, $"there is no WanLink '{link}'{Suggestion.For(link, links, "; none is declared")}");
                }

                if (!seen.TryAdd(link, path))
                {
                    findings.Add(ConfigurationErrorCodes.DuplicateEntry, path, $"link '{link}' stands here for the second time, after {seen[link]}; remove one.");
                }

                findings.Range(weight, 1, 1000, $"spec.tiers[{i}].weights.{link}");
            }
        }
    }

    private static void CheckCriteria(WanAssociation association, ConfigurationDraft draft, FindingList findings)
    {
        findings.Enumeration(association.Criteria.InternetBreakout, "spec.criteria.internetBreakout");
        if (association.Criteria.Bandwidth is { } bandwidth)
        {
            findings.Range(bandwidth.UpBitsPerSecond, 1, long.MaxValue, "spec.criteria.bandwidth.up");
            findings.Range(bandwidth.DownBitsPerSecond, 1, long.MaxValue, "spec.criteria.bandwidth.down");
        }

        string[] named = [.. association.Tiers.SelectMany(static tier => tier.Links).Select(static link => link.Link).Distinct()];
        WanLink[] known = [.. named.Select(name => draft.Links.FirstOrDefault(link => link.Name == name)).OfType<WanLink>()];
        string?[] failures = [.. known.Select(association.Criteria.Failed)];
        if (known.Length > 0 && known.Length == named.Length && !failures.Contains(null))
        {
            string each = string.Join("; ", known.Zip(failures, static (link, failure) => $"{link.Name}: {failure}"));
            findings.Add(
                ConfigurationErrorCodes.NoEligibleLink, "spec.criteria", $"no link of the tiers can ever qualify ({each}). Loosen the criteria or name other links.");
        }
    }

    private static void CheckActions(WanAssociation association, FindingList findings)
    {
        findings.Enumeration(association.Fallback, "spec.fallback");
        findings.Enumeration(association.OnNoLink, "spec.onNoLink");
        findings.Enumeration(association.TcpOnLinkDown, "spec.onLinkDown.tcp");
        findings.Enumeration(association.UdpOnLinkDown, "spec.onLinkDown.udp");
        findings.Enumeration(association.Failback, "spec.failback.mode");
        findings.Enumeration(association.OnBrownout, "spec.onBrownout");
        findings.Enumeration(association.Sticky.Kind, "spec.sticky");
        if (association.Sticky is { Kind: StickyKind.Header, Header: null or "" })
        {
            findings.Add(ConfigurationErrorCodes.MissingField, "spec.sticky", "the key is a header without a name; write sticky: header:NAME.");
        }

        bool tagged = association.TagDscp is not null || association.TagSourcePorts is not null || !association.Dscps.IsEmpty;
        if (tagged && association.Sticky.Kind is StickyKind.User or StickyKind.Header)
        {
            findings.Warn(
                ConfigurationErrorCodes.StickyUnseen,
                "spec.sticky",
                $"sessions that a tag classifies show no {(association.Sticky.Kind == StickyKind.User ? "user" : "header")}, so each of them takes a link by itself; report them with what is known of them, or choose sticky: source or destination.");
        }

        if (association.ResetAfter is { } after)
        {
            findings.Range(after, TimeSpan.Zero, TimeSpan.FromDays(1), "spec.failback.resetAfter");
            if (association.Failback == FailbackMode.Never)
            {
                findings.Add(
                    ConfigurationErrorCodes.Contradiction,
                    "spec.failback.resetAfter",
                    "sessions are to be reset some time after a failback, and there is none with mode: never; choose mode: drain or remove resetAfter.");
            }
        }

        if (association.OnBrownout == BrownoutAction.Move && association.Sla is null)
        {
            findings.Add(
                ConfigurationErrorCodes.Contradiction, "spec.onBrownout", "a brown-out is a broken SLA class, and none is asked for; give sla: NAME or remove onBrownout.");
        }

        if (association.UdpOnLinkDown == LinkDownAction.Reset)
        {
            findings.Add(ConfigurationErrorCodes.Contradiction, "spec.onLinkDown.udp", "UDP knows no reset; choose rebind or drain.");
        }

        if (association.TcpOnLinkDown == LinkDownAction.Rebind)
        {
            findings.Add(
                ConfigurationErrorCodes.Contradiction,
                "spec.onLinkDown.tcp",
                "a TCP session cannot change its address; choose reset (the client connects anew at once) or drain.");
        }
    }
}
