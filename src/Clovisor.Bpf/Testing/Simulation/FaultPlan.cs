namespace Clovisor.Bpf.Testing.Simulation;

/// <summary>Which calls are to fail. Rules count for themselves; the oldest that applies decides.</summary>
internal sealed class FaultPlan
{
    private readonly List<Rule> _rules = [];

    internal void Add(BpfCommand command, int errno, int times, int after) => _rules.Add(new Rule(command, errno) { Left = times, ToPass = after });

    internal void Clear() => _rules.Clear();

    /// <summary>The error number to fail with; 0 to go on.</summary>
    internal int Next(BpfCommand command)
    {
        foreach (Rule rule in _rules)
        {
            if (rule.Command != command || rule.Left == 0)
            {
                continue;
            }

            if (rule.ToPass > 0)
            {
                rule.ToPass--;
                continue;
            }

            rule.Left--;
            return rule.Errno;
        }

        return 0;
    }

    private sealed class Rule(BpfCommand command, int errno)
    {
        internal BpfCommand Command { get; } = command;

        internal int Errno { get; } = errno;

        internal int Left { get; set; }

        internal int ToPass { get; set; }
    }
}
