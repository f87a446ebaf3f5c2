using Clovisor.Wan.Datapath;

namespace Clovisor.Wan.Simulation;

/// <summary>A datapath that keeps nothing but where the slots point.</summary>
internal sealed class SlotRecorder : IWanDatapath
{
    /// <summary>Rises with each change of slots.</summary>
    public int Changes { get; private set; }

    public void Apply(DatapathPlan plan, ReadOnlySpan<byte> slots) => Changes++;

    public void SetLinkUsable(int link, bool usable)
    {
    }

    public void SetSlots(int association, ReadOnlySpan<byte> links) => Changes++;

    public int? Admit(in SessionTuple tuple, int association, byte? slot = null) => null;

    public int Settle(int association, int link) => 0;

    public bool Remove(in SessionTuple tuple) => false;

    public IReadOnlyList<WanSession> Sessions() => [];

    public void Dispose()
    {
    }
}
