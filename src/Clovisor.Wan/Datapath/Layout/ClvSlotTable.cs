using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Clovisor.Wan.Datapath.Layout;

/// <summary>Mirror of <c>struct clv_slot_table</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ClvSlotTable
{
    internal Slots Link;

    /// <summary>The index of the link in a slot, or -1.</summary>
    internal readonly int LinkAt(byte slot) => Link[slot % DatapathPlan.SlotsPerAssociation] - 1;

    /// <summary>From positions in the plan, 255 for none, to indices in the map.</summary>
    internal static ClvSlotTable From(ReadOnlySpan<byte> positions, ReadOnlySpan<int> indices)
    {
        ClvSlotTable table = default;
        for (int i = 0; i < positions.Length; i++)
        {
            table.Link[i] = (byte)(positions[i] == DatapathPlan.NoLink ? 0 : indices[positions[i]] + 1);
        }

        return table;
    }

    [InlineArray(DatapathPlan.SlotsPerAssociation)]
    internal struct Slots
    {
        private byte _first;
    }
}
