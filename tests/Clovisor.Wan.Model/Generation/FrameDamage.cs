namespace Clovisor.Wan.Model.Generation;

/// <summary>Breaks frames: cut, with bytes changed, of a kind that nobody follows. Never shorter than the kernel takes.</summary>
internal sealed class FrameDamage(Random random)
{
    internal byte[] Do(byte[] frame)
    {
        byte[] broken = [.. frame];
        switch (random.Next(4))
        {
            case 0:
                return broken[..Math.Max(Math.Min(broken.Length, Least(broken)), random.Next(14, broken.Length + 1))];
            case 1:
                broken[12] = (byte)(random.Next(2) == 0 ? 0x08 : 0x88);
                broken[13] = (byte)(random.Next(2) == 0 ? 0x06 : 0xa8);
                return broken;
            default:
                // Mostly in the headers, where it means something.
                for (int i = random.Next(1, 4); i > 0; i--)
                {
                    int at = random.Next(14, Math.Min(broken.Length, random.Next(3) == 0 ? broken.Length : 64));
                    broken[at] = (byte)(random.Next(3) switch { 0 => 0, 1 => broken[at] ^ (1 << random.Next(8)), _ => random.Next(256) });
                }

                return broken;
        }
    }

    /// <summary>The fewest bytes of a test-run: the kernel wants a whole IP header of what says that it is IP where Ethernet would say so.</summary>
    internal static int Least(ReadOnlySpan<byte> frame) => (frame[12], frame[13]) switch
    {
        (0x08, 0x00) => 34,
        (0x86, 0xdd) => 54,
        _ => 14,
    };
}
