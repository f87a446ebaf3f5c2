namespace Clovisor.EdgeHost.CommandLine;

/// <summary>Something the person at the keyboard can act on: shown as it is, without a stack trace.</summary>
internal sealed class EdgeHostException : Exception
{
    /// <param name="tried">What was tried, on what.</param>
    /// <param name="why">Why it failed.</param>
    /// <param name="remedy">What to do about it.</param>
    public EdgeHostException(string tried, string why, string remedy)
        : base($"{tried}: {why}. {remedy}")
    {
    }

    private EdgeHostException(string message, Exception cause)
        : base(message, cause)
    {
    }

    /// <summary>What the process ends with; <c>docs/cli.md</c> lists them.</summary>
    public int ExitCode { get; init; } = ExitCodes.Failed;

    /// <summary>Bad input as against a bad machine.</summary>
    public bool IsUsage => ExitCode == ExitCodes.BadInput;

    public static EdgeHostException Usage(string role, string why, string remedy) =>
        new($"cannot run 'EdgeHost {role}'", why, remedy) { ExitCode = ExitCodes.BadInput };

    /// <summary>For what the libraries say: they name cause and remedy themselves.</summary>
    public static EdgeHostException From(string tried, Exception cause) => new($"{tried}: {cause.Message}", cause);
}
