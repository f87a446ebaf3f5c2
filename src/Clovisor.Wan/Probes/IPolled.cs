using Clovisor.Wan.Interop;

namespace Clovisor.Wan.Probes;

/// <summary>A socket that the engine's thread waits for.</summary>
internal interface IPolled
{
    FileHandle Handle { get; }

    /// <summary>What for: bits of <c>poll</c>.</summary>
    short Awaited { get; }

    /// <summary>Whether it came, or the socket failed. Set by whoever waits.</summary>
    bool IsReady { get; set; }
}
