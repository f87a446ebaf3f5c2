using Clovisor.Istio.Resources;
using Clovisor.Istio.Serialization;

namespace Clovisor.Istio.Validation;

/// <summary>What Istio's webhook refuses of a DestinationRule, as far as subsets go.</summary>
internal static class DestinationRuleValidator
{
    public static void Validate(DestinationRule rule, ErrorList errors)
    {
        int line = rule.Source.Line;
        if (!NameRules.IsWildcardHost(rule.Host))
        {
            errors.Add(line, "spec.host", $"\"{rule.Host}\" is not a host name; a star can only be the first label");
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < rule.Subsets.Length; i++)
        {
            DestinationSubset subset = rule.Subsets[i];
            if (!NameRules.IsDnsLabel(subset.Name))
            {
                errors.Add(line, $"spec.subsets[{i}].name", $"\"{subset.Name}\" must be a DNS label: letters, digits and dashes");
            }
            else if (!names.Add(subset.Name))
            {
                errors.Add(line, $"spec.subsets[{i}].name", $"\"{subset.Name}\" is given twice");
            }

            CommonRules.Labels(subset.Labels, line, $"spec.subsets[{i}].labels", errors);
        }

        CommonRules.ExportTo(rule.ExportTo, rule.Namespace, noneAllowed: false, line, errors);
        if (rule.WorkloadSelector is not null && !rule.ExportTo.All(e => e == "." || e == rule.Namespace))
        {
            errors.Add(line, "spec.exportTo", "can name the own namespace alone where a workloadSelector is given");
        }
    }
}
