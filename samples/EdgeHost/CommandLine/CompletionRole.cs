namespace Clovisor.EdgeHost.CommandLine;

/// <summary>Writes what a shell needs to complete commands and options.</summary>
internal static class CompletionRole
{
    private const string Bash = """
        _edgehost() {
            local IFS=$'\n'
            COMPREPLY=($(compgen -W "$("$1" "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _edgehost EdgeHost
        """;

    private const string Zsh = """
        _edgehost() {
            local -a found
            found=("${(@f)$(EdgeHost "[suggest:$CURSOR]" "$BUFFER" 2>/dev/null)}")
            compadd -a found || _files
        }
        compdef _edgehost EdgeHost
        """;

    private const string Fish = """
        complete -c EdgeHost -a '(EdgeHost "[suggest:"(commandline -C)"]" (commandline -p) 2>/dev/null)'
        """;

    public static IReadOnlyList<Option> Options { get; } = [new("--shell", "bash|zsh|fish", "whose script", "bash")];

    public static async Task<int> RunAsync(Arguments arguments, CancellationToken cancellationToken)
    {
        await Console.Out.WriteLineAsync(arguments.Get("--shell") switch { "zsh" => Zsh, "fish" => Fish, _ => Bash }).ConfigureAwait(false);
        return 0;
    }
}
