namespace Clovisor.Bpf.Features;

/// <summary>Something that a kernel may or may not offer, found out by trying it.</summary>
/// <remarks>A firm answer is remembered for the process; <see cref="BpfSupport.Unknown"/> is asked again. Safe to use from any thread.</remarks>
public sealed class BpfFeature
{
    private readonly Func<BpfProbeResult> _probe;
    private volatile Tuple<BpfProbeResult>? _known;

    internal BpfFeature(string name, Version introduced, string remedy, Func<BpfProbeResult> probe)
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

    /// <summary>Tries it, unless the answer is known. Without privilege the answer is <see cref="BpfSupport.Unknown"/>.</summary>
    public BpfProbeResult Probe()
    {
        if (_known is { } known)
        {
            return known.Item1;
        }

        BpfProbeResult result = _probe();
        if (result.Answer != BpfSupport.Unknown)
        {
            _known = Tuple.Create(result);
        }

        return result;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} (from Linux {Introduced})";
}
