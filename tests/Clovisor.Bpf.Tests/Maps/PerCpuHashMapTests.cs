using System.Runtime.InteropServices;
using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Programs;
using Clovisor.Testing;

namespace Clovisor.Bpf.Tests.Maps;

public sealed class PerCpuHashMapTests
{
    [KernelFact]
    public void Holds_a_value_for_each_possible_cpu()
    {
        using BpfPerCpuHashMap<uint, ulong> map = BpfPerCpuHashMap.Create<uint, ulong>("clvt", 16);
        ulong[] values = [.. Enumerable.Range(1, map.CpuCount).Select(static cpu => (ulong)cpu)];
        Assert.True(map.TrySet(7, values));
        Assert.False(map.TrySet(7, values, BpfUpdateMode.NotExisting));
        Assert.False(map.TrySet(8, values, BpfUpdateMode.Existing));
        var read = new ulong[map.CpuCount];
        Assert.True(map.TryGetValues(7, read));
        Assert.Equal(values, read);
        Assert.True(map.TrySum(7u, out ulong sum));
        Assert.Equal((ulong)values.Sum(static value => (long)value), sum);
        Assert.False(map.TrySum(8u, out sum));
        Assert.True(map.ContainsKey(7));
        Assert.True(map.Remove(7));
        Assert.False(map.TryGetValues(7, read));
    }

    [KernelFact]
    public void Values_whose_size_is_no_multiple_of_eight_stand_where_the_kernel_puts_them()
    {
        using BpfPerCpuHashMap<uint, Twelve> map = BpfPerCpuHashMap.Create<uint, Twelve>("clvt", 16);
        Twelve[] values = [.. Enumerable.Range(0, map.CpuCount).Select(static cpu => new Twelve(1, 2, (uint)cpu))];
        map.TrySet(1, values);
        BpfPerCpuBuffer<Twelve> buffer = map.CreateBuffer();
        Assert.True(map.TryGetValues(1, buffer));
        Assert.Equal(map.CpuCount, buffer.Values.Count);
        for (int cpu = 0; cpu < map.CpuCount; cpu++)
        {
            Assert.Equal(values[cpu], buffer.Values[cpu]);
        }

        Assert.Equal(2u * (uint)map.CpuCount, buffer.Values.Sum(static (in Twelve value) => value.B));
        map.TrySetAll(1, new Twelve(9, 9, 9));
        var read = new Twelve[map.CpuCount];
        Assert.True(map.TryGetValues(1, read));
        Assert.All(read, static value => Assert.Equal(new Twelve(9, 9, 9), value));
        map.SetMany([5, 6], [.. values, .. values]);
        Assert.True(map.TryGetValues(6, read));
        Assert.Equal(values, read);
    }

    [KernelTheory]
    [InlineData(BpfMapWalk.Batches)]
    [InlineData(BpfMapWalk.Keys)]
    public void A_reader_gives_all_values_of_every_key(BpfMapWalk walk)
    {
        using BpfPerCpuHashMap<uint, ulong> map = BpfPerCpuHashMap.Create<uint, ulong>("clvt", 4096);
        uint[] keys = [.. Enumerable.Range(0, 3000).Select(static key => (uint)key)];
        map.SetMany(keys, [.. keys.SelectMany(key => Enumerable.Range(0, map.CpuCount).Select(cpu => key + (ulong)cpu))]);
        ulong perCpu = (ulong)Enumerable.Range(0, map.CpuCount).Sum();
        using BpfPerCpuMapReader<uint, ulong> reader = map.CreateReader(100, walk);
        for (int pass = 0; pass < 2; pass++)
        {
            var seen = new HashSet<uint>();
            while (reader.Read())
            {
                for (int i = 0; i < reader.Count; i++)
                {
                    Assert.True(seen.Add(reader.Keys[i]));
                    Assert.Equal((reader.Keys[i] * (ulong)map.CpuCount) + perCpu, reader.Values(i).Sum());
                    Assert.Equal(reader.Keys[i] + (ulong)map.CpuCount - 1, reader.Values(i).Max());
                }
            }

            Assert.Equal(3000, seen.Count);
            Assert.Equal(BpfMapCompleteness.Complete, reader.Completeness);
            reader.Restart();
        }

        Assert.Equal(3000, map.RemoveMany(keys));
    }

    [KernelFact]
    public void Lru_forms_are_taken_as_well()
    {
        using BpfPerCpuHashMap<ulong, ulong> map = BpfPerCpuHashMap.CreateLru<ulong, ulong>("clvt", 512);
        for (ulong key = 0; key < 2000; key++)
        {
            map.TrySetAll(key, key);
        }

        using BpfPerCpuMapReader<ulong, ulong> reader = map.CreateReader();
        int count = 0;
        while (reader.Read())
        {
            count += reader.Count;
        }

        Assert.InRange(count, 1, 512);
    }

    [KernelFact]
    public void A_program_counts_on_the_cpu_it_runs_on()
    {
        const string Source = """
            struct { __uint(type, BPF_MAP_TYPE_PERCPU_HASH); __type(key, __u32); __type(value, __u64); __uint(max_entries, 8); } seen SEC(".maps");
            SEC("tc") int count(struct __sk_buff *skb)
            {
                __u32 key = skb->len;
                __u64 one = 1, *value = bpf_map_lookup_elem(&seen, &key);
                if (value)
                    *value += 1;
                else
                    bpf_map_update_elem(&seen, &key, &one, BPF_NOEXIST);
                return 0;
            }
            """;
        using BpfObject loaded = TestPrograms.Load(Source);
        using BpfProgram program = loaded.Program("count");
        using BpfPerCpuHashMap<uint, ulong> map = loaded.Map<BpfPerCpuHashMap<uint, ulong>>("seen");
        for (int i = 0; i < 5; i++)
        {
            program.TestRun(TestPrograms.Frame(), []);
        }

        Assert.True(map.TrySum(60u, out ulong sum));
        Assert.Equal(5UL, sum);
    }

    [KernelFact]
    public void Refuses_too_little_room_before_the_kernel_writes_past_it()
    {
        using BpfPerCpuHashMap<uint, ulong> map = BpfPerCpuHashMap.Create<uint, ulong>("clvt", 16);
        if (map.CpuCount > 1)
        {
            Assert.Throws<ArgumentException>(() => map.TryGetValues(1, new ulong[map.CpuCount - 1]));
            Assert.Throws<ArgumentException>(() => map.TrySet(1, new ulong[map.CpuCount - 1]));
        }

        Assert.Throws<ArgumentException>(() => map.SetMany([1, 2], new ulong[1]));
        using BpfPerCpuArrayMap<Twelve> array = BpfPerCpuArrayMap.Create<Twelve>("clvt", 2);
        PerCpuSpan<Twelve> values = array.Read(1, array.CreateBuffer());
        Assert.Equal(array.CpuCount, values.Count);
        Assert.Equal(0, default(PerCpuSpan<Twelve>).Count);
    }

    [StructLayout(LayoutKind.Sequential)]
    private record struct Twelve(uint A, uint B, uint C);
}
