using Clovisor.Wan;
using Clovisor.Wan.Datapath;

namespace Clovisor.Hosting.Configuration;

/// <summary>Where the running engine and its datapath are found; null before they run, after they have stopped, and in a host without WAN part.</summary>
internal sealed class WanRuntime
{
    private volatile Parts? _parts;

    internal WanEngine? Engine => _parts?.Engine;

    internal Parts? Running
    {
        get => _parts;
        set => _parts = value;
    }

    internal sealed record Parts(WanEngine Engine, IWanDatapath Datapath) : IDisposable
    {
        // The engine uses the datapath until it is disposed.
        public void Dispose()
        {
            Engine.Dispose();
            Datapath.Dispose();
        }
    }
}
