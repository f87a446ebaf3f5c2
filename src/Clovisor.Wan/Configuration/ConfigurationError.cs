namespace Clovisor.Wan.Configuration;

/// <summary>One thing that is wrong with a configuration, or, as a warning, probably not meant.</summary>
public sealed record ConfigurationError
{
    /// <summary>Which mistake this is: one of <see cref="ConfigurationErrorCodes"/>. Stable over versions.</summary>
    public required string Code { get; init; }

    /// <summary>The object, such as <c>WanLink/fibre</c>; empty when the mistake lies outside of any.</summary>
    public required string Subject { get; init; }

    /// <summary>The field, such as <c>spec.probes[0].interval</c>; empty when the whole object is meant.</summary>
    public required string Path { get; init; }

    /// <summary>What follows from it. The default is <see cref="FindingSeverity.Error"/>.</summary>
    public FindingSeverity Severity { get; init; }

    /// <summary>What is wrong, and what to do.</summary>
    public required string Message { get; init; }

    /// <summary>The name of the text; null for a configuration that was made of records.</summary>
    public string? File { get; init; }

    /// <summary>The line in the text, from 1; null for a configuration that was made of records.</summary>
    public int? Line { get; init; }

    /// <summary><c>file:line: object: field: message [code]</c>, without the parts that are not known.</summary>
    public override string ToString()
    {
        string place = (File, Line) switch
        {
            (null, _) => "",
            (_, null) => $"{File}: ",
            _ => $"{File}:{Line}: ",
        };
        string subject = Subject.Length == 0 ? "" : $"{Subject}: ";
        string path = Path.Length == 0 ? "" : $"{Path}: ";
        return $"{place}{subject}{path}{Message} [{Code}]";
    }
}
