using System.Buffers.Binary;
using Clovisor.Bpf.Maps;

namespace Clovisor.Hosting.SessionBench;

/// <summary>The kernel's table of IPv4 sessions by its pin, read key by key: by nothing that the host says of it.</summary>
internal static class SessionMap
{
    private const string Name = "clv_sessions4";
    private const int FirstPort = 1024;

    // struct clv_session: two words of traffic, the binding, and then the association's number times 64 plus the slot.
    private const int PlaceAt = 20;
    private const int SlotsPerAssociation = 64;

    /// <summary>Compares the table with what was reported: every session there, in its user's association, and none that was not reported.</summary>
    /// <returns>A JSON object: <c>reported</c>, <c>missing</c>, <c>misplaced</c>, <c>foreign</c>.</returns>
    internal static string Compare(string pins, int first, int count, int pods)
    {
        using BpfMap map = Open(pins);
        Span<byte> key = stackalloc byte[map.KeySize];
        Span<byte> value = stackalloc byte[map.ValueSize];
        int missing = 0;
        int misplaced = 0;
        int?[] associations = [null, null];
        for (int i = first; i < first + count; i++)
        {
            Key(i, pods, key);
            if (!map.TryLookup(key, value))
            {
                missing++;
                continue;
            }

            int association = BinaryPrimitives.ReadUInt16LittleEndian(value[PlaceAt..]) / SlotsPerAssociation;
            misplaced += (associations[i % 2] ??= association) != association ? 1 : 0;
        }

        if (associations[0] is { } boss && boss == associations[1])
        {
            misplaced = count;
        }

        int held = 0;
        for (bool more = map.TryGetNextKey([], key); more; more = map.TryGetNextKey(key, key))
        {
            held++;
        }

        return $$"""{"reported":{{count}},"missing":{{missing}},"misplaced":{{misplaced}},"foreign":{{held - (count - missing)}}}""";
    }

    /// <summary>Ends sessions in the kernel, as the datapath does when it sees one closed or idle: the host is not told.</summary>
    /// <returns>How many there were.</returns>
    internal static int End(string pins, int first, int count, int pods)
    {
        using BpfMap map = Open(pins);
        Span<byte> key = stackalloc byte[map.KeySize];
        int ended = 0;
        for (int i = first; i < first + count; i++)
        {
            Key(i, pods, key);
            ended += map.Remove(key) ? 1 : 0;
        }

        return ended;
    }

    private static BpfMap Open(string pins) => BpfMap.OpenPinned(Path.Combine(pins, "maps", Name));

    // As native/reporters numbers them.
    private static void Key(int session, int pods, Span<byte> key)
    {
        (int round, int pod) = Math.DivRem(session, pods);
        key.Clear();
        ReadOnlySpan<byte> source = [10, 60, (byte)(pod / 250), (byte)((pod % 250) + 1)];
        ReadOnlySpan<byte> destination = [10, 96, 1, 1];
        source.CopyTo(key);
        destination.CopyTo(key[4..]);
        BinaryPrimitives.WriteUInt16BigEndian(key[8..], (ushort)(FirstPort + round));
        BinaryPrimitives.WriteUInt16BigEndian(key[10..], 80);
        key[12] = 6;
    }
}
