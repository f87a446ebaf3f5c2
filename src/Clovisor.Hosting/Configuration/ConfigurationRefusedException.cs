using System.Collections.Immutable;

namespace Clovisor.Hosting.Configuration;

/// <summary>The first configuration cannot be put in force; the host does not start. The message lists every reason.</summary>
public sealed class ConfigurationRefusedException : Exception
{
    internal ConfigurationRefusedException(string sources, ImmutableArray<string> errors)
        : base($"Load the configuration of {sources}: {errors.Length} error{(errors.Length == 1 ? "" : "s")}. Nothing was put in force; mend the documents and start again.\n"
            + string.Join('\n', errors.Select(error => "  " + error)))
    {
        Errors = errors;
    }

    /// <summary>Every reason, each with file and line where it has one.</summary>
    public ImmutableArray<string> Errors { get; }
}
