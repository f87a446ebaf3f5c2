using System.Collections.Immutable;
using System.Text;
using Clovisor.Istio.Re2;
using Clovisor.Istio.Resources;
using Clovisor.Istio.Serialization;

namespace Clovisor.Istio.Validation;

/// <summary>Rules that several kinds of object share.</summary>
internal static class CommonRules
{
    private const int LongestRegex = 1024;

    public static void ExportTo(ImmutableArray<string> entries, string scope, bool noneAllowed, int line, ErrorList errors)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (string entry in entries)
        {
            if (entry == "~" && !noneAllowed)
            {
                errors.Add(line, "spec.exportTo", "\"~\" (nobody) is possible for services alone");
            }
            else if (entry is not ("." or "*" or "~") && !NameRules.IsDnsLabel(entry))
            {
                errors.Add(line, "spec.exportTo", $"\"{entry}\" must be a namespace, \".\" for the own one, or \"*\" for all");
            }

            if (!seen.Add(entry == "." ? scope : entry))
            {
                errors.Add(line, "spec.exportTo", $"names the namespace \"{entry}\" twice");
            }
        }

        if (entries.Length > 1 && (entries.Contains("*") || entries.Contains("~")))
        {
            errors.Add(line, "spec.exportTo", "\"*\" and \"~\" stand alone: with other entries they leave open what is meant");
        }
    }

    public static void Labels(ImmutableDictionary<string, string> labels, int line, string field, ErrorList errors)
    {
        foreach ((string key, string value) in labels)
        {
            if (!NameRules.IsLabelKey(key) || !NameRules.IsLabelValue(value))
            {
                errors.Add(line, field, $"\"{key}: {value}\" is not a valid label");
            }
        }
    }

    /// <summary>Checks the labels by which workloads are selected.</summary>
    public static void Selector(ImmutableDictionary<string, string>? labels, int line, string field, ErrorList errors)
    {
        foreach ((string key, string value) in labels ?? ImmutableDictionary<string, string>.Empty)
        {
            if (key.Length == 0 || key.Contains('*', StringComparison.Ordinal) || value.Contains('*', StringComparison.Ordinal))
            {
                errors.Add(line, field, key.Length == 0 ? "has a label without a name" : $"\"{key}: {value}\" has a star; labels are compared as they are");
            }
        }
    }

    public static void Gateways(ImmutableArray<string> gateways, int line, string field, ErrorList errors)
    {
        foreach (string gateway in gateways)
        {
            if (!NameRules.IsGatewayName(gateway))
            {
                errors.Add(line, field, $"\"{gateway}\" is not a gateway; write mesh, a name, or namespace/name");
            }
        }
    }

    public static void Destination(Destination destination, int line, string field, ErrorList errors)
    {
        if (destination.Host == "*" || !NameRules.IsHostName(destination.Host) && !NameRules.IsWildcardHost(destination.Host))
        {
            errors.Add(line, $"{field}.host", destination.Host == "*" ? "cannot be *: a destination is one service" : $"\"{destination.Host}\" is not a host name");
        }

        if (destination.Subset.Length > 0 && !NameRules.IsDnsLabel(destination.Subset))
        {
            errors.Add(line, $"{field}.subset", $"\"{destination.Subset}\" must be a DNS label: letters, digits and dashes");
        }
    }

    /// <summary>Checks a condition. An empty prefix matches everything and is a slip except for a path; <c>*</c> is taken for presence where headers must be absent.</summary>
    public static void Match(StringMatch? match, int line, string field, ErrorList errors, bool emptyPrefixAllowed = false, bool starAllowed = false)
    {
        if (match is { Kind: StringMatchKind.Prefix, Value.Length: 0 } && !emptyPrefixAllowed)
        {
            errors.Add(line, field, "has an empty prefix, which every value has; write {} to ask whether there is a value");
        }
        else if (match is { Kind: StringMatchKind.Regex } && !(starAllowed && match.Value == "*"))
        {
            Regex(match.Value, line, field, errors);
        }
    }

    public static void Regex(string regex, int line, string field, ErrorList errors)
    {
        if (regex.Length == 0)
        {
            errors.Add(line, field, "has an empty regular expression, which matches nothing but the empty text; write exact: \"\" for that");
        }
        else if (Encoding.UTF8.GetByteCount(regex) > LongestRegex)
        {
            errors.Add(line, field, $"has a regular expression longer than {LongestRegex} bytes");
        }
        else if (Re2Expression.TryParse(regex, out string error) is null)
        {
            errors.Add(line, field, $"\"{regex}\" is not a regular expression of RE2: {error}");
        }
    }
}
