using Clovisor.Bpf.Interop;

namespace Clovisor.Bpf.Testing.Simulation;

/// <summary>Type information that was loaded.</summary>
internal sealed class SimulatedBtf(byte[] data) : SimulatedObject(null, "")
{
    internal byte[] Data { get; } = data;
}

/// <summary>What a descriptor stands for that has no content of its own, such as the one that turns on statistics.</summary>
internal sealed class SimulatedToken() : SimulatedObject(null, "");
