using Clovisor.EdgeHost.Lab;

namespace Clovisor.EdgeHost.EnvoyReport;

/// <summary>Requests of one user, and what their packets must look like where they arrive.</summary>
/// <param name="User">The value of the header <c>user</c>, which the rules decide by.</param>
/// <param name="Link">The link that their association prefers; for requests of none, the node's default route.</param>
/// <param name="Dscp">The code point as the packet filter names it; null where the class has source ports alone.</param>
internal sealed record ReportClass(string User, LabLink Link, string? Dscp)
{
    /// <summary>Three classes, one by each kind of tag, and requests of none. Two leave by the link that the node's routes would not take.</summary>
    public static IReadOnlyList<ReportClass> All { get; } =
    [
        new("boss", LabAddresses.Wan0, "ef"),
        new("minion", LabAddresses.Wan1, "af11"),
        new("clerk", LabAddresses.Wan1, null),
        new("other", LabAddresses.Wan0, "cs0"),
    ];

    public static ReportClass Of(string user) => All.First(one => one.User == user);
}
