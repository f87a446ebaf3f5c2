using System.Diagnostics;
using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Peers.Interop;
using Clovisor.Bpf.Peers.Workloads;

namespace Clovisor.Bpf.Peers;

/// <summary>All workloads, in the order in which they run.</summary>
internal sealed class Catalogue(Arguments arguments, Measurement measurement, Elements elements)
{
    internal void RunAll()
    {
        // The very first use of anything of BTF is what it measures, so it comes first.
        One("obj_load_first", 0, 0, static () => new ObjectLoad(), once: true);
        One("syscall_getppid", 0, 0, static () => new ParentProcess());
        One("hash_update_existing", 16, 32, () => new HashUpdateExisting(elements));
        InsertAndDelete();
        One("hash_lookup", 16, 32, () => new HashLookup(elements));
        One("lru_hash_update", 16, 32, () => new LruUpdate(elements));
        One("lru_hash_evict", 16, 32, () => new LruEvict(elements));
        One("array_update", 4, 32, () => new ArrayUpdate(elements));
        One("percpu_array_lookup", 4, 32, () => new PerCpuArrayLookup(elements));
        One("percpu_hash_update", 16, 32, () => new PerCpuHashUpdate(elements));
        One("hash_batch_update_1", 16, 32, () => new HashBatchUpdate(elements, 1, 200));
        One("hash_batch_update_64", 16, 32, () => new HashBatchUpdate(elements, 64, 4));
        One("hash_batch_update_1024", 16, 32, () => new HashBatchUpdate(elements, 1024, 1));
        One("hash_batch_update_4096", 16, 32, () => new HashBatchUpdate(elements, 4096, 1));
        One("hash_batch_lookup", 16, 32, () => new HashBatchLookup(elements));
        One("hash_iterate", 16, 32, () => new HashIterate(elements));
        One("array_mmap_write", 4, 8, () => new ArrayMemoryWrite(elements));
        One("ringbuf_consume", 0, 64, static () => new RingConsume());
        One("prog_load", 0, 0, static () => new ProgramLoad());
        One("obj_load", 0, 0, static () => new ObjectLoad());
        One("prog_attach_tcx", 0, 0, static () => new TcxAttach());
        if (arguments.Wants("obj_load_warm_heap"))
        {
            Workload.Require(Posix.KeepHeap(), "mallopt");
            One("obj_load_warm_heap", 0, 0, static () => new ObjectLoad());
        }
    }

    private void One(string operation, int keyBytes, int valueBytes, Func<Workload> make, bool once = false)
    {
        if (!arguments.Wants(operation))
        {
            return;
        }

        using Workload workload = make();
        Samples samples = measurement.Run(workload, once);
        Output.Result(operation, keyBytes, valueBytes, samples, once ? null : Measurement.Note);
    }

    // Both in one loop, since each needs what the other leaves.
    private void InsertAndDelete()
    {
        if (!arguments.Wants("hash_insert_new") && !arguments.Wants("hash_delete"))
        {
            return;
        }

        using BpfHashMap<Key, Value> map = FullHash.Create(BpfMapType.Hash, elements.Count);
        var insert = new HashInsert(elements, map);
        var delete = new HashDelete(elements, map);
        Samples discarded = measurement.NewSamples();
        Round(insert, discarded);
        insert.Verify();
        Round(delete, discarded);
        delete.Verify();
        for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start).TotalSeconds < 2 * measurement.WarmUpSeconds;)
        {
            Round(insert, discarded);
            Round(delete, discarded);
        }

        Samples inserted = measurement.NewSamples();
        Samples deleted = measurement.NewSecondSamples();
        long begin = Stopwatch.GetTimestamp();
        do
        {
            Round(insert, inserted);
            Round(delete, deleted);
        }
        while (Stopwatch.GetElapsedTime(begin).TotalSeconds < 2 * measurement.Seconds);
        delete.Verify();
        if (arguments.Wants("hash_insert_new"))
        {
            Output.Result("hash_insert_new", 16, 32, inserted, Measurement.Note);
        }

        if (arguments.Wants("hash_delete"))
        {
            Output.Result("hash_delete", 16, 0, deleted, Measurement.Note);
        }
    }

    // The last chunk is done but not counted when it is short.
    private void Round(Workload workload, Samples samples)
    {
        int position = 0;
        for (; position + workload.Chunk <= elements.Count; position += workload.Chunk)
        {
            Measurement.Sample(workload, position, samples);
        }

        if (position < elements.Count)
        {
            workload.Run(position);
        }
    }
}
