using System.CommandLine;
using System.CommandLine.Help;

namespace Clovisor.EdgeHost.CommandLine;

/// <summary>The roles as System.CommandLine knows commands: for parsing one, and for completion over all.</summary>
internal static class CommandTree
{
    /// <summary>All roles under one root; <c>envoy render</c> is a command of a command.</summary>
    public static RootCommand Of(IReadOnlyList<Role> roles)
    {
        RootCommand root = new("Clovisor at the edge");
        foreach (HelpOption help in root.Options.OfType<HelpOption>())
        {
            help.Aliases.Clear();
        }

        foreach (Role role in roles)
        {
            Command parent = root;
            string[] words = role.Name.Split(' ');
            foreach (string word in words[..^1])
            {
                Command? group = parent.Subcommands.FirstOrDefault(command => command.Name == word);
                if (group is null)
                {
                    parent.Add(group = new Command(word));
                }

                parent = group;
            }

            Command command = Of(words[^1], role.Options, role.Operands);
            command.Description = role.Help;
            command.Hidden = role.IsOfDemo;
            parent.Add(command);
        }

        return root;
    }

    /// <summary>One role. What is wrong with the values is for <see cref="Arguments"/> to say, all of it at once.</summary>
    public static Command Of(string name, IEnumerable<Option> options, string? operands)
    {
        Command command = new(name) { TreatUnmatchedTokensAsErrors = false };
        foreach (Option option in options)
        {
            command.Add(option.IsSwitch
                ? new Option<bool>(option.Name) { Description = option.Help, Arity = ArgumentArity.Zero }
                : Valued(option));
        }

        if (operands is not null)
        {
            command.Add(new Argument<string[]>(operands) { Arity = ArgumentArity.ZeroOrMore });
        }

        return command;
    }

    private static Option<string[]> Valued(Option option)
    {
        Option<string[]> valued = new(option.Name) { Description = option.Help, HelpName = option.Value, Arity = ArgumentArity.ZeroOrMore };
        if (option.Choices.Count > 0)
        {
            valued.CompletionSources.Add([.. option.Choices]);
        }

        return valued;
    }
}
