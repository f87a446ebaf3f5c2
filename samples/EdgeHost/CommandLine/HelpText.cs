namespace Clovisor.EdgeHost.CommandLine;

/// <summary>What <c>--help</c> prints.</summary>
internal static class HelpText
{
    public static string Of(IReadOnlyList<Role> roles)
    {
        int width = roles.Max(r => r.Name.Length) + 2;
        string Lines(bool ofDemo) => string.Concat(roles.Where(r => r.IsOfDemo == ofDemo).Select(r => $"  {r.Name.PadRight(width)}{r.Help}\n"));
        string parts = Lines(ofDemo: true);
        return $"EdgeHost COMMAND [OPTIONS]    EdgeHost COMMAND --help    EdgeHost --version\n\n{Lines(ofDemo: false)}"
            + (parts.Length > 0 ? $"\nParts of the demo, which starts them itself:\n{parts}" : "");
    }

    public static string Of(Role role)
    {
        int width = role.Options.Select(o => o.Name.Length + o.Value.Length + 1).DefaultIfEmpty(0).Max();
        IEnumerable<string> lines = role.Options.Select(o =>
            $"  {(o.Name + " " + o.Value).PadRight(width)}  {o.Help}" +
            (o.Required ? " (needed)" : o.Default is { } value ? $" (default {value})" : "") + (o.Repeatable ? " (may be repeated)" : ""));
        return $"EdgeHost {role.Name}{(role.Operands is { } operands ? $" {operands}…" : "")}: {role.Help}\n\n{string.Join('\n', lines)}";
    }
}
