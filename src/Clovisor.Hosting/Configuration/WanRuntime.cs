using Clovisor.Wan;
using Clovisor.Wan.Datapath;

namespace Clovisor.Hosting.Configuration;

/// <summary>Where the running engine and its datapath are found; null before they run, after they have stopped, and in a host without WAN part.</summary>
internal sealed class WanRuntime
{
    private volatile Parts? _parts;

    /// <summary>Raised on the engine's own thread, as <see cref="WanEngine.LinkChanged"/> of whichever engine runs.</summary>
    internal event EventHandler<LinkChangedEventArgs>? LinkChanged;

    internal WanEngine? Engine => _parts?.Engine;

    internal Parts? Running
    {
        get => _parts;
        set
        {
            _parts = value;
            if (value is not null)
            {
                value.Engine.LinkChanged += (_, change) => LinkChanged?.Invoke(this, change);
            }
        }
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
