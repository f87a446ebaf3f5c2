namespace Clovisor.Bpf.PeerReport;

/// <summary>How many times the baseline the library promises to take at most.</summary>
internal static class Limits
{
    private static readonly Dictionary<string, double> Promised = new()
    {
        ["hash_update_existing"] = 1.05,
        ["hash_insert_new"] = 1.05,
        ["hash_delete"] = 1.05,
        ["hash_lookup"] = 1.05,
        ["hash_batch_update_1024"] = 1.10,
        ["hash_batch_lookup"] = 1.15,
        ["array_mmap_write"] = 3,
        ["ringbuf_consume"] = 1.25,
        ["obj_load"] = 1.05,
        ["obj_load_warm_heap"] = 1.05,
    };

    /// <summary>The promise; null where there is none.</summary>
    internal static double? Of(string operation) => Promised.TryGetValue(operation, out double limit) ? limit : null;
}
