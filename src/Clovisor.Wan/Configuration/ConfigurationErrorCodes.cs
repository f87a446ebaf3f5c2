namespace Clovisor.Wan.Configuration;

/// <summary>The codes of <see cref="ConfigurationError"/>. A code keeps its meaning for ever; a retired one is not given out again.</summary>
public static class ConfigurationErrorCodes
{
    /// <summary>The text is not YAML. What follows the mistake in the same text was not read.</summary>
    public const string Syntax = "CLV1101";

    /// <summary>The version or the kind of a document is not known.</summary>
    public const string UnknownKind = "CLV1102";

    /// <summary>There is no field of that name.</summary>
    public const string UnknownField = "CLV1103";

    /// <summary>A field that must be there is missing.</summary>
    public const string MissingField = "CLV1104";

    /// <summary>A field occurs twice in one object.</summary>
    public const string RepeatedField = "CLV1105";

    /// <summary>A value is not of the form that its field takes: a list where text is wanted, a wrong unit, an unknown word.</summary>
    public const string MalformedValue = "CLV1106";

    /// <summary>A value is well-formed and outside of its range.</summary>
    public const string OutOfRange = "CLV1107";

    /// <summary>Something that the form knows and this version does not do yet.</summary>
    public const string NotSupported = "CLV1108";

    /// <summary>A name is not made of the characters that names are made of, or is too long.</summary>
    public const string InvalidName = "CLV1109";

    /// <summary>Two objects of a kind have the same name.</summary>
    public const string DuplicateName = "CLV1110";

    /// <summary>Two links name the same network device.</summary>
    public const string DuplicateDevice = "CLV1111";

    /// <summary>An association names a link or an SLA class that does not exist.</summary>
    public const string UnknownReference = "CLV1112";

    /// <summary>A list holds the same thing twice.</summary>
    public const string DuplicateEntry = "CLV1113";

    /// <summary>Two associations claim the same mesh route, the same flow, the same source port or the same DSCP.</summary>
    public const string DuplicateMatch = "CLV1114";

    /// <summary>A limit would be kept again above the value at which it breaks.</summary>
    public const string InvertedLimit = "CLV1115";

    /// <summary>An association matches nothing.</summary>
    public const string EmptyMatch = "CLV1116";

    /// <summary>There are more objects than the datapath holds.</summary>
    public const string TooMany = "CLV1117";

    /// <summary>Two values of an object exclude each other.</summary>
    public const string Contradiction = "CLV1118";

    /// <summary>No link that an association names meets its criteria.</summary>
    public const string NoEligibleLink = "CLV1119";

    /// <summary>Links are carried by one another in a circle.</summary>
    public const string Circle = "CLV1120";

    /// <summary>A warning: sessions that a tag classifies do not show what their association is sticky to.</summary>
    public const string StickyUnseen = "CLV1121";

    /// <summary>A warning: source ports of a tag that the node does not give to sockets.</summary>
    public const string PortsNotLocal = "CLV1122";
}
