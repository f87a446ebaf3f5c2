using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Maps.Views;
using Clovisor.Testing;

namespace Clovisor.Bpf.Tests.Maps.Views;

public sealed class ArrayViewTests
{
    [KernelFact]
    public void A_store_is_seen_through_the_map_and_a_write_to_the_map_through_the_view()
    {
        using BpfArrayMap<ulong> map = Create<ulong>(1000);
        using BpfArrayView<ulong> view = map.MapWritable();
        view[999] = 7;
        map[0] = 8;

        Assert.Equal(1000, view.Count);
        Assert.Equal(7UL, map[999]);
        Assert.Equal(8UL, view[0]);
        Assert.Equal(8UL, view.AsSpan()[0]);
        Assert.Equal(1000, view.AsSpan().Length);
    }

    [KernelFact]
    public void Elements_that_are_no_multiple_of_8_stand_8_bytes_apart_and_have_no_span()
    {
        using BpfArrayMap<uint> map = Create<uint>(3000);
        using BpfArrayView<uint> view = map.MapWritable();
        for (int i = 0; i < view.Count; i++)
        {
            view[i] = (uint)i + 1;
        }

        Assert.Equal([.. Enumerable.Range(1, 3000).Select(static i => (uint)i)], map.ReadAll());
        Assert.Contains("8 bytes apart", Assert.Throws<InvalidOperationException>(() => view.AsSpan().Length).Message, StringComparison.Ordinal);
    }

    [KernelFact]
    public void Structs_of_12_bytes_are_found_where_the_kernel_put_them()
    {
        using BpfArrayMap<Twelve> map = Create<Twelve>(100);
        using BpfReadOnlyArrayView<Twelve> view = map.MapReadOnly();
        map[99] = new Twelve(1, 2, 3);

        Assert.Equal(new Twelve(1, 2, 3), view[99]);
        Assert.Equal(default, view[98]);
        Assert.Throws<InvalidOperationException>(() => view.AsSpan().Length);
    }

    [KernelFact]
    public void Interlocked_works_on_an_element()
    {
        using BpfArrayMap<long> map = Create<long>(1);
        using BpfArrayView<long> view = map.MapWritable();
        Parallel.For(0, 1000, _ => Interlocked.Increment(ref view[0]));

        Assert.Equal(1000, map[0]);
    }

    [KernelFact]
    public void The_view_outlives_the_map_it_was_made_from()
    {
        BpfArrayMap<ulong> map = Create<ulong>(1);
        using BpfArrayView<ulong> view = map.MapWritable();
        map.Dispose();
        view[0] = 3;

        Assert.Equal(3UL, view[0]);
    }

    [KernelTheory]
    [InlineData(-1)]
    [InlineData(4)]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    public void An_index_outside_is_refused(int index)
    {
        using BpfArrayMap<ulong> map = Create<ulong>(4);
        using BpfArrayView<ulong> view = map.MapWritable();
        using BpfReadOnlyArrayView<ulong> readOnly = map.MapReadOnly();

        Assert.Throws<ArgumentOutOfRangeException>(() => view[index]);
        Assert.Throws<ArgumentOutOfRangeException>(() => readOnly[index]);
    }

    [KernelFact]
    public void A_disposed_view_throws_and_a_reference_that_was_kept_does_no_harm()
    {
        using BpfArrayMap<ulong> map = Create<ulong>(4);
        BpfArrayView<ulong> view = map.MapWritable();
        ref ulong kept = ref view[2];
        kept = 5;
        view.Dispose();
        view.Dispose();

        Assert.Equal(0UL, kept);
        kept = 6;
        Assert.Equal(5UL, map[2]);
        Assert.Equal(0, view.Count);
        Assert.Throws<ObjectDisposedException>(() => view[2]);
        Assert.Throws<ObjectDisposedException>(() => view.AsSpan().Length);
    }

    [KernelFact]
    public void Disposing_while_others_write_ends_in_an_exception_and_not_the_process()
    {
        for (int round = 0; round < 20; round++)
        {
            using BpfArrayMap<ulong> map = Create<ulong>(4096);
            BpfArrayView<ulong> view = map.MapWritable();
            using var started = new Barrier(3);
            void Write()
            {
                started.SignalAndWait();
                for (int i = 0; ; i++)
                {
                    view[i & 4095] = (ulong)i;
                }
            }

            Task[] writers = [Task.Run(Write), Task.Run(Write)];
            started.SignalAndWait();
            view.Dispose();
            foreach (Task writer in writers)
            {
                Assert.IsType<ObjectDisposedException>(Assert.Throws<AggregateException>(writer.Wait).InnerException);
            }
        }
    }

    [KernelFact]
    public void Disposing_lets_go_of_the_map()
    {
        uint id;
        using (BpfArrayMap<ulong> map = Create<ulong>(4))
        {
            id = map.Map.Id;
            map.MapWritable().Dispose();
            map.MapReadOnly().Dispose();
        }

        Assert.DoesNotContain(KernelObjects.MapIds(), present => present == id);
    }

    [KernelFact]
    public void An_array_that_is_not_made_for_it_says_how_to_make_it()
    {
        using BpfArrayMap<ulong> map = ArrayMapTests.Create(4);

        Assert.Contains("MemoryMappable", Assert.Throws<BpfException>(map.MapWritable).Message, StringComparison.Ordinal);
    }

    [KernelFact]
    public void A_frozen_map_is_mapped_read_only_alone()
    {
        using BpfArrayMap<ulong> map = Create<ulong>(4);
        map[1] = 9;
        map.Map.Freeze();
        using BpfReadOnlyArrayView<ulong> view = map.MapReadOnly();

        Assert.Contains("read-only", Assert.Throws<BpfPermissionException>(map.MapWritable).Message, StringComparison.Ordinal);
        Assert.Equal(9UL, view[1]);
        Assert.Equal(9UL, view.AsSpan()[1]);
    }

    [KernelFact]
    public void A_map_is_not_frozen_while_it_is_mapped_writable()
    {
        using BpfArrayMap<ulong> map = Create<ulong>(4);
        BpfArrayView<ulong> view = map.MapWritable();

        Assert.Equal("EBUSY", Assert.Throws<BpfException>(map.Map.Freeze).ErrnoName);
        view.Dispose();
        map.Map.Freeze();
    }

    [KernelFact]
    public void Access_allocates_nothing()
    {
        using BpfArrayMap<ulong> map = Create<ulong>(64);
        using BpfArrayView<ulong> view = map.MapWritable();
        view[1] = view[0] + 1;
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            view[i & 63] += view.AsSpan()[1];
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static BpfArrayMap<T> Create<T>(int count)
        where T : unmanaged =>
        new(BpfMap.Create(BpfMapType.Array, "clvt_view", sizeof(uint), System.Runtime.CompilerServices.Unsafe.SizeOf<T>(), (uint)count, BpfMapOptions.MemoryMappable));

    private record struct Twelve(uint A, uint B, uint C);
}
