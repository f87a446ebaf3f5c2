using System.Collections.Immutable;
using Clovisor.Istio.Resources;
using Clovisor.Istio.Routing;

namespace Clovisor.Istio.Compilation;

/// <summary>Puts the rules of delegates in the place of the rules that name them.</summary>
internal sealed class DelegateMerger(IstioConfiguration configuration)
{
    private readonly Dictionary<ObjectKey, VirtualService> _delegates = configuration.VirtualServices
        .Where(static v => v.Hosts.IsEmpty).ToDictionary(static v => v.Key);

    /// <summary>Gets the delegates that an object names, as they are now.</summary>
    public ImmutableArray<DelegateUse> DelegatesOf(VirtualService root) =>
        [.. root.Http.Where(static rule => rule.Delegate is not null).Select(rule => KeyOf(root, rule.Delegate!)).Select(key => new DelegateUse(key, _delegates.GetValueOrDefault(key)))];

    /// <summary>Says whether a delegate is still what it was, or is still missing.</summary>
    public bool IsUnchanged(DelegateUse use) => ReferenceEquals(_delegates.GetValueOrDefault(use.Key), use.Target);

    /// <summary>Gets the rules of an object with those of its delegates merged in.</summary>
    public ImmutableArray<ResolvedRule> Rules(VirtualService root, List<DroppedRule> dropped)
    {
        var completer = new NameCompleter(root.Namespace, configuration.Mesh.ClusterDomain);
        var rules = ImmutableArray.CreateBuilder<ResolvedRule>();
        for (int i = 0; i < root.Http.Length; i++)
        {
            HttpRoute rule = completer.Rule(root.Http[i]);
            if (rule.Delegate is null)
            {
                rules.Add(new ResolvedRule(rule, i, null, -1, root.Source with { Line = rule.Line }));
            }
            else
            {
                Delegated(rules, root, rule, i, dropped);
            }
        }

        return rules.DrainToImmutable();
    }

    private void Delegated(ImmutableArray<ResolvedRule>.Builder rules, VirtualService root, HttpRoute rule, int index, List<DroppedRule> dropped)
    {
        ObjectKey key = KeyOf(root, rule.Delegate!);
        SourceLocation source = root.Source with { Line = rule.Line };
        if (!_delegates.TryGetValue(key, out VirtualService? target))
        {
            dropped.Add(new DroppedRule(root.Key, index, -1, $"its delegate {key} does not exist, or has hosts and so is no delegate", source));
            return;
        }

        ImmutableArray<string> to = target.ExportTo.Length > 0 ? target.ExportTo : configuration.Mesh.DefaultVirtualServiceExportTo;
        if (!to.Contains("*") && !to.Contains(root.Namespace) && !(to.Contains(".") && target.Namespace == root.Namespace))
        {
            dropped.Add(new DroppedRule(root.Key, index, -1, $"its delegate {key} is not exported to namespace {root.Namespace}", source));
            return;
        }

        var completer = new NameCompleter(target.Namespace, configuration.Mesh.ClusterDomain);
        for (int i = 0; i < target.Http.Length; i++)
        {
            HttpRoute leaf = completer.Rule(target.Http[i]);
            SourceLocation leafSource = target.Source with { Line = leaf.Line };
            if (leaf.Delegate is not null)
            {
                dropped.Add(new DroppedRule(root.Key, index, -1, $"rule {i} of its delegate {key} delegates again", leafSource));
            }
            else if (DelegateMatches.Merge(rule.Match, leaf.Match) is { } matches)
            {
                rules.Add(new ResolvedRule(Merge(rule, leaf, matches), index, key, i, leafSource));
            }
            else
            {
                dropped.Add(new DroppedRule(root.Key, index, -1, $"a match of rule {i} of its delegate {key} contradicts all matches of the rule", leafSource));
            }
        }
    }

    private static ObjectKey KeyOf(VirtualService root, DelegateReference reference) =>
        new(reference.Namespace.Length > 0 ? reference.Namespace : root.Namespace, reference.Name);

    // Whole settings come from the leaf, and from the root where the leaf has none.
    private static HttpRoute Merge(HttpRoute root, HttpRoute leaf, ImmutableArray<HttpMatch> matches) => leaf with
    {
        Name = DelegateMatches.Join(root.Name, leaf.Name),
        Match = matches,
        Rewrite = leaf.Rewrite ?? root.Rewrite,
        DirectResponse = leaf.DirectResponse ?? root.DirectResponse,
        Timeout = leaf.Timeout ?? root.Timeout,
        Retries = leaf.Retries ?? root.Retries,
        Fault = leaf.Fault ?? root.Fault,
        Mirrors = leaf.Mirrors.IsEmpty ? root.Mirrors : leaf.Mirrors,
        CorsPolicy = leaf.CorsPolicy ?? root.CorsPolicy,
        Headers = leaf.Headers ?? root.Headers,
    };
}

/// <summary>A delegate that a rule names, with the object it was merged from; null where there was none.</summary>
internal readonly record struct DelegateUse(ObjectKey Key, VirtualService? Target);
