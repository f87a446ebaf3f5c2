namespace Clovisor.Bpf.Links;

public sealed partial class BpfLink
{
    /// <summary>The garbage collector found a link that was still attached and that nobody had disposed, pinned or disconnected. Its program has just been detached.</summary>
    /// <remarks>Raised on the finalizer thread, with no sender. What a handler throws is lost. Keep the link, or call <see cref="Disconnect"/>.</remarks>
    public static event EventHandler<BpfLinkAbandonedEventArgs>? Abandoned;

    /// <summary>Reports and leaves the closing to the descriptor's own finalizer.</summary>
    ~BpfLink()
    {
        if (_ended || _pinPath is not null || _handle is null || _handle.IsClosed)
        {
            return;
        }

        try
        {
            Abandoned?.Invoke(null, new BpfLinkAbandonedEventArgs(Id));
        }
#pragma warning disable CA1031 // an exception of a handler on the finalizer thread would end the process
        catch
#pragma warning restore CA1031
        {
            // Nobody is left to tell.
        }
    }

    /// <summary>Gives up this object and leaves the program attached until the process ends. The descriptor stays open on purpose.</summary>
    /// <exception cref="ObjectDisposedException">The link is disposed.</exception>
    public void Disconnect()
    {
        ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
        _ended = true;
        _handle.KeepForProcess().SetHandleAsInvalid();
    }
}
