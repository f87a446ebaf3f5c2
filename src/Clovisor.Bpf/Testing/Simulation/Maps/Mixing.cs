using System.Numerics;

namespace Clovisor.Bpf.Testing.Simulation.Maps;

/// <summary>A hash over bytes that is the same in every run, so that tests repeat.</summary>
internal static class Mixing
{
    internal static uint Hash(ReadOnlySpan<byte> bytes, uint seed)
    {
        ulong state = (seed + 1ul) * 0x9E3779B97F4A7C15;
        foreach (byte b in bytes)
        {
            state = BitOperations.RotateLeft((state ^ b) * 0xD6E8FEB86659FD93, 29);
        }

        state ^= state >> 32;
        state *= 0xD6E8FEB86659FD93;
        return (uint)(state >> 32);
    }
}
