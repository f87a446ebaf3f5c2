using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using Clovisor.Bpf.Maps;

namespace Clovisor.Benchmarks.Bpf;

/// <summary>What does one element update cost from .NET, against the same update by libbpf from C? Needs root.</summary>
[MemoryDiagnoser]
public partial class MapUpdateLatency
{
    private const int Entries = 65_536;
    private const int Operations = 4096;

    private BpfMap _map = null!;
    private BpfHashMap<Key, Value> _typed = null!;
    private int _descriptor;

    [GlobalSetup]
    public void SetUp()
    {
        _map = BpfMap.Create(BpfMapType.Hash, "clv_bench", Unsafe.SizeOf<Key>(), Unsafe.SizeOf<Value>(), Entries);
        _typed = new BpfHashMap<Key, Value>(_map);
        _descriptor = Open(_map.Id);
        if (_descriptor < 0)
        {
            throw new InvalidOperationException("The C peer failed to open the map.");
        }

        for (ulong i = 0; i < Operations; i++)
        {
            _typed[new Key { A = i }] = default;
        }
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        Close(_descriptor);
        _map.Dispose();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Operations)]
    public void C_libbpf()
    {
        if (Update(_descriptor, 0, Operations) != 0)
        {
            throw new InvalidOperationException("The C peer failed to update the map.");
        }
    }

    [Benchmark(OperationsPerInvoke = Operations)]
    public void Clovisor_Bpf()
    {
        Key key = default;
        Value value = default;
        for (uint i = 0; i < Operations; i++)
        {
            key.A = i;
            value.A = i;
            _typed[key] = value;
        }
    }

    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    [LibraryImport("clovisor_bench", EntryPoint = "clovisor_bench_open")]
    private static partial int Open(uint mapId);

    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    [LibraryImport("clovisor_bench", EntryPoint = "clovisor_bench_close")]
    private static partial void Close(int descriptor);

    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    [LibraryImport("clovisor_bench", EntryPoint = "clovisor_bench_update")]
    private static partial int Update(int descriptor, uint first, uint count);

    private record struct Key(ulong A, ulong B);

    private record struct Value(ulong A, ulong B, ulong C, ulong D);
}
