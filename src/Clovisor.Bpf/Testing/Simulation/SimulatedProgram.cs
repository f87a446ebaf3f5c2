using System.Security.Cryptography;
using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Testing.Simulation.Maps;

namespace Clovisor.Bpf.Testing.Simulation;

/// <summary>A loaded program. It is not run, unless the test gave it something to do.</summary>
internal sealed class SimulatedProgram : SimulatedObject
{
    private readonly List<SimulatedMap> _maps;

    internal SimulatedProgram(uint type, string name, ReadOnlySpan<byte> instructions, SimulatedMap[] maps)
        : base(DescriptorKind.Program, name)
    {
        Type = type;
        Instructions = instructions.ToArray();
        Tag = BitConverter.ToUInt64(SHA256.HashData(instructions));
        _maps = [.. maps];
        foreach (SimulatedMap map in maps)
        {
            map.AddReference();
        }
    }

    internal uint Type { get; }

    internal byte[] Instructions { get; }

    /// <summary>Equal for equal code. Not the kernel's own number for it.</summary>
    internal ulong Tag { get; }

    internal IReadOnlyList<SimulatedMap> Maps => _maps;

    internal ulong RunCount { get; private set; }

    /// <summary>Nanoseconds; every run is taken to last one.</summary>
    internal ulong RunTime => RunCount;

    internal void Count(uint runs) => RunCount += runs;

    internal int Bind(SimulatedMap map)
    {
        if (!_maps.Contains(map))
        {
            map.AddReference();
            _maps.Add(map);
        }

        return 0;
    }

    protected override void OnFree()
    {
        foreach (SimulatedMap map in _maps)
        {
            map.Release();
        }
    }
}
