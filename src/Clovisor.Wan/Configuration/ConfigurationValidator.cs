using Clovisor.Wan.Datapath;

namespace Clovisor.Wan.Configuration;

/// <summary>Checks a draft as a whole and lists everything that is wrong with it. Knows nothing of YAML.</summary>
internal static class ConfigurationValidator
{
    /// <summary>What a name is made of.</summary>
    public const string NameHint = "use 1 to 63 of a-z, 0-9, '-' and '.', beginning and ending with a letter or digit.";

    public static IReadOnlyList<Finding> Validate(ConfigurationDraft draft)
    {
        var findings = new FindingList();
        LinkValidator.Validate(draft.Links, findings);
        LinkValidator.ValidateTunnels(draft, findings);
        SlaValidator.Validate(draft.SlaClasses, findings);
        AssociationValidator.Validate(draft, findings);
        CheckCount(draft.Links.Length, DatapathPlan.MaxLinks, SubjectKind.WanLink, findings);
        CheckCount(draft.Associations.Length, DatapathPlan.MaxAssociations, SubjectKind.WanAssociation, findings);
        return findings.All;
    }

    /// <summary>Checks the characters of a name, and that nothing before it in its kind has the same.</summary>
    public static void CheckName(string name, Dictionary<string, int> earlier, int position, FindingList findings)
    {
        const string Path = "metadata.name";
        if (!IsName(name))
        {
            findings.Add(
                ConfigurationErrorCodes.InvalidName,
                Path,
                $"'{name}' is not a valid name; {NameHint}");
        }

        if (!earlier.TryAdd(name, position))
        {
            findings.Add(
                ConfigurationErrorCodes.DuplicateName, Path, $"'{name}' is the name of an earlier object of this kind; rename or remove one.");
        }
    }

    /// <summary>Whether objects, and the sites at the far ends of links, may have the name.</summary>
    public static bool IsName(string name) =>
        name.Length is > 0 and <= 63
        && name.All(static c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-' or '.')
        && char.IsAsciiLetterOrDigit(name[0]) && char.IsAsciiLetterOrDigit(name[^1]);

    private static void CheckCount(int count, int most, SubjectKind kind, FindingList findings)
    {
        if (count > most)
        {
            findings.LookAt(kind, most);
            findings.Add(ConfigurationErrorCodes.TooMany, "", $"there are {count} objects of kind {kind}, and at most {most} fit; remove {count - most}.");
        }
    }
}
