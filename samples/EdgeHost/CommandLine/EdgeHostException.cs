namespace Clovisor.EdgeHost.CommandLine;

/// <summary>Something the person at the keyboard can act on: shown as it is, without a stack trace.</summary>
/// <param name="tried">What was tried, on what.</param>
/// <param name="why">Why it failed.</param>
/// <param name="remedy">What to do about it.</param>
internal sealed class EdgeHostException(string tried, string why, string remedy)
    : Exception($"{tried}: {why}. {remedy}")
{
    /// <summary>Bad input as against a bad machine: decides the exit code.</summary>
    public bool IsUsage { get; init; }

    public static EdgeHostException Usage(string role, string why, string remedy) =>
        new($"cannot run 'EdgeHost {role}'", why, remedy) { IsUsage = true };
}
