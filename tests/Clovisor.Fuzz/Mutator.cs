using System.Buffers.Binary;

namespace Clovisor.Fuzz;

/// <summary>Damages an input: bits, numbers that are special somewhere, pieces cut, doubled, moved or taken from another input.</summary>
internal static class Mutator
{
    private const int MostSteps = 12;
    private const int LongestInput = 1 << 18;

    private static readonly ulong[] Special =
    [
        0, 1, 2, 7, 8, 15, 16, 31, 32, 63, 64, 127, 128, 255, 256, 4095, 4096, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0xFFFFFF,
        0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF, 0x100000000, 0x7FFFFFFFFFFFFFFF, 0x8000000000000000, 0xFFFFFFFFFFFFFFFF,
    ];

    internal static byte[] Mutate(byte[] seed, byte[] other, Random random)
    {
        List<byte> bytes = [.. seed];
        int steps = 1 + random.Next(MostSteps);
        for (int i = 0; i < steps && bytes.Count > 0; i++)
        {
            Step(bytes, other, random);
        }

        if (bytes.Count > LongestInput)
        {
            bytes.RemoveRange(LongestInput, bytes.Count - LongestInput);
        }

        return [.. bytes];
    }

    private static void Step(List<byte> bytes, byte[] other, Random random)
    {
        int at = random.Next(bytes.Count);
        switch (random.Next(12))
        {
            case 0 or 1:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 2:
                bytes[at] = (byte)random.Next(256);
                break;
            case 3 or 4 or 5:
                Number(bytes, at, Special[random.Next(Special.Length)], random);
                break;
            case 6:
                Number(bytes, at, (ulong)random.Next(bytes.Count), random);
                break;
            case 7:
                bytes.RemoveRange(at, Math.Min(Length(random), bytes.Count - at));
                break;
            case 8:
                bytes.InsertRange(at, bytes.GetRange(at, Math.Min(Length(random), bytes.Count - at)));
                break;
            case 9:
                int from = random.Next(other.Length);
                bytes.InsertRange(at, other.AsSpan(from, Math.Min(Length(random), other.Length - from)).ToArray());
                break;
            case 10:
                for (int i = 0, count = Math.Min(Length(random), bytes.Count - at); i < count; i++)
                {
                    bytes[at + i] = (byte)random.Next(256);
                }

                break;
            default:
                if (random.Next(4) == 0)
                {
                    bytes.RemoveRange(at, bytes.Count - at);
                }

                break;
        }
    }

    private static int Length(Random random) => random.Next(5) == 0 ? random.Next(1, 4096) : random.Next(1, 33);

    // Fields are mostly aligned to their size.
    private static void Number(List<byte> bytes, int at, ulong value, Random random)
    {
        int size = 1 << random.Next(4);
        at &= ~(size - 1);
        Span<byte> number = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(number, value);
        for (int i = 0; i < size && at + i < bytes.Count; i++)
        {
            bytes[at + i] = number[i];
        }
    }
}
