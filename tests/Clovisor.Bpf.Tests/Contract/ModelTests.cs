using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Testing;
using Clovisor.Testing;
using CsCheck;
using static Clovisor.Bpf.Tests.Contract.RawMap;

namespace Clovisor.Bpf.Tests.Contract;

/// <summary>Random runs of operations on a fake and on a real map, compared step by step: the answer, the error number and the value.</summary>
public sealed class ModelTests
{
    private const string Seed = "0004aVvcZkB7";
    private const int Runs = 150;
    private const uint KeysInUse = 12;

    private enum Verb
    {
        Lookup,
        Update,
        Delete,
        Take,
        UpdateBatch,
        DeleteBatch,
        NextOfMissing,
    }

    [KernelFact]
    public void Hash() => Compare(BpfMapType.Hash, 4, 8, 8);

    [KernelFact]
    public void Hash_with_keys_below_a_cursor() => Compare(BpfMapType.Hash, 1, 3, 8);

    [KernelFact]
    public void Hash_without_preallocation() => Compare(BpfMapType.Hash, 12, 20, 8, BpfMapOptions.NoPreallocation);

    // Large enough that the kernel, which evicts early, evicts nothing.
    [KernelFact]
    public void Lru_hash() => Compare(BpfMapType.LruHash, 4, 8, 4096);

    [KernelFact]
    public void Per_cpu_hash() => Compare(BpfMapType.PerCpuHash, 4, 12, 8);

    [KernelFact]
    public void Lru_per_cpu_hash() => Compare(BpfMapType.LruPerCpuHash, 4, 8, 4096);

    [KernelFact]
    public void Array() => Compare(BpfMapType.Array, 4, 7, 8, hasOrder: true);

    [KernelFact]
    public void Memory_mapped_array() => Compare(BpfMapType.Array, 4, 8, 8, BpfMapOptions.MemoryMappable, hasOrder: true);

    [KernelFact]
    public void Per_cpu_array() => Compare(BpfMapType.PerCpuArray, 4, 8, 8, hasOrder: true);

    [KernelFact]
    public void Trie() => Compare(BpfMapType.LpmTrie, 8, 4, 8, BpfMapOptions.NoPreallocation, hasOrder: true);

    [KernelFact]
    public void Trie_of_ipv6() => Compare(BpfMapType.LpmTrie, 20, 4, 8, BpfMapOptions.NoPreallocation, hasOrder: true);

    [KernelFact]
    public void Queue() => Compare(BpfMapType.Queue, 0, 8, 4);

    [KernelFact]
    public void Stack() => Compare(BpfMapType.Stack, 0, 8, 4);

    private static Gen<Step[]> Steps(int keySize, BpfMapType type) =>
        Gen.Select(
            Gen.Int[0, 6],
            Gen.UInt[0, KeysInUse],
            Gen.ULong,
            Gen.OneOf(0UL, 0UL, 0UL, 1UL, 2UL, 3UL, 4UL),
            Gen.UInt[0, 140],
            (verb, key, value, flags, prefix) => new Step((Verb)verb, KeyOf(key, prefix, keySize, type), value, flags)).Array[1, 60];

    private static byte[]? KeyOf(uint key, uint prefix, int size, BpfMapType type)
    {
        if (size == 0)
        {
            return null;
        }

        if (type != BpfMapType.LpmTrie)
        {
            return Bytes(key, size);
        }

        // Few bits that differ, so that prefixes lie within each other.
        byte[] bytes = new byte[size];
        BitConverter.GetBytes(prefix % ((uint)(size - 4) * 8 + 2)).CopyTo(bytes, 0);
        bytes[4] = (byte)(key << 6);
        bytes[5] = (byte)((key >> 2) << 7);
        bytes[^1] = (byte)(key & 1);
        return bytes;
    }

    private static void Compare(BpfMapType type, int keySize, int valueSize, uint maxEntries, BpfMapOptions flags = BpfMapOptions.None, bool hasOrder = false)
    {
        Steps(keySize, type).Sample(
            steps =>
            {
                using var kernel = new FakeBpfKernel();
                BpfMap fake;
                using (kernel.Enter())
                {
                    fake = BpfMap.Create(type, "clvt", keySize, valueSize, maxEntries, flags);
                }

                using (fake)
                using (BpfMap real = BpfMap.Create(type, "clvt", keySize, valueSize, maxEntries, flags))
                {
                    for (int i = 0; i < steps.Length; i++)
                    {
                        Assert.Equal($"{i}: {steps[i]} {Run(real, steps[i])}", $"{i}: {steps[i]} {Run(fake, steps[i])}");
                    }

                    if (keySize > 0)
                    {
                        Assert.Equal(Content(real, hasOrder), Content(fake, hasOrder));
                    }
                }
            },
            iter: Runs,
            threads: 1,
            seed: Seed);
    }

    // What the call answered, and what it left in the value.
    private static string Run(BpfMap map, Step step)
    {
        byte[] value = new byte[Math.Max(map.ValueBufferSize, 8)];
        if (step.Verb is Verb.Update or Verb.UpdateBatch)
        {
            for (int i = 0; i < map.ValueBufferSize; i++)
            {
                // Each CPU's value, without what pads it.
                value[i] = !map.IsPerCpu || i % ((map.ValueSize + 7) & ~7) < map.ValueSize ? (byte)(step.Value >> (i % 8 * 8)) : (byte)0;
            }
        }

        uint count = 1;
        int result = step.Verb switch
        {
            Verb.Lookup => Lookup(map, step.Key, value, step.Flags),
            Verb.Update => Update(map, step.Key, value, step.Flags),
            Verb.Delete => Delete(map, step.Key),
            Verb.Take => Take(map, step.Key, value, step.Flags),
            Verb.UpdateBatch => Batch(map, BpfCommand.MapUpdateBatch, null, null, step.Key, value, ref count),
            Verb.DeleteBatch => Batch(map, BpfCommand.MapDeleteBatch, null, null, step.Key, null, ref count),
            _ => Math.Sign(NextKey(map, step.Key is null ? null : Bytes(ulong.MaxValue, step.Key.Length), new byte[Math.Max(map.KeySize, 1)])),
        };
        return $"{result} {count} {Convert.ToHexString(value)}";
    }

    private static List<string> Content(BpfMap map, bool hasOrder)
    {
        List<string> entries = [];
        byte[] next = new byte[map.KeySize], value = new byte[map.ValueBufferSize];
        byte[]? key = null;
        while (entries.Count < 1000 && NextKey(map, key, next) == 0)
        {
            Lookup(map, next, value);
            entries.Add($"{Convert.ToHexString(next)} {Convert.ToHexString(value)}");
            key = [.. next];
        }

        if (!hasOrder)
        {
            entries.Sort(StringComparer.Ordinal);
        }

        return entries;
    }

    private sealed record Step(Verb Verb, byte[]? Key, ulong Value, ulong Flags)
    {
        public override string ToString() => $"{Verb} {(Key is null ? "" : Convert.ToHexString(Key))} flags {Flags}";
    }
}
