namespace Clovisor.EdgeHost.CommandLine;

/// <summary>What <c>--help</c> prints.</summary>
internal static class HelpText
{
    public static string Of(IReadOnlyList<Role> roles) =>
        "EdgeHost ROLE [OPTIONS]    EdgeHost ROLE --help\n\n" + string.Join('\n', roles.Select(r => $"  {r.Name,-12} {r.Help}"));

    public static string Of(Role role)
    {
        int width = role.Options.Select(o => o.Name.Length + o.Value.Length + 1).DefaultIfEmpty(0).Max();
        IEnumerable<string> lines = role.Options.Select(o =>
            $"  {(o.Name + " " + o.Value).PadRight(width)}  {o.Help}" +
            (o.Required ? " (needed)" : o.Default is { } value ? $" (default {value})" : "") + (o.Repeatable ? " (may be repeated)" : ""));
        return $"EdgeHost {role.Name}: {role.Help}\n\n{string.Join('\n', lines)}";
    }
}
