namespace Clovisor.Bpf.Features;

/// <summary>Something that a kernel may or may not offer, found out by trying it.</summary>
/// <remarks>A firm answer is remembered for the process; <see cref="BpfSupport.Unknown"/> is asked again. Safe to use from any thread.</remarks>
public sealed class BpfFeature
{
    private readonly Func<BpfSupport> _probe;
    private int _known;

    internal BpfFeature(string name, Version introduced, string remedy, Func<BpfSupport> probe)
    {
        Name = name;
        Introduced = introduced;
        Remedy = remedy;
        _probe = probe;
    }

    /// <summary>A short name.</summary>
    public string Name { get; }

    /// <summary>The first kernel of the main line that has it. For messages: distributions carry features back.</summary>
    public Version Introduced { get; }

    /// <summary>What to do without it.</summary>
    public string Remedy { get; }

    /// <summary>Tries it, unless the answer is known.</summary>
    public BpfSupport Probe()
    {
        int known = Volatile.Read(ref _known);
        if (known != 0)
        {
            return (BpfSupport)known;
        }

        BpfSupport answer = _probe();
        Volatile.Write(ref _known, (int)answer);
        return answer;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} (from Linux {Introduced})";
}
