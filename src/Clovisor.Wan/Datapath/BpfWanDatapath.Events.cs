using System.Runtime.CompilerServices;
using Clovisor.Bpf;
using Clovisor.Wan.Datapath.Layout;

namespace Clovisor.Wan.Datapath;

/// <content>What happens to sessions and packets, as it happens.</content>
public sealed partial class BpfWanDatapath
{
    private bool _telling;

    /// <summary>How many events found no room in the kernel's buffer of 256 kB (some 3600 events) since the maps were made. None are lost while nobody reads.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public long EventsLost
    {
        get
        {
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_ended, this);
                return _maps.Events.Lost();
            }
        }
    }

    /// <summary>Tells of sessions that are entered, take links, lose them and end, and of packets that are dropped, from the first wait on until the reading ends.</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The events of each CPU in their order. Ends without an exception when the datapath is disposed or uninstalled.</returns>
    /// <remarks>
    /// The programs send only while somebody reads, and only where something changes: packets of a session that goes on cost nothing more. Sessions that
    /// <see cref="Admit"/> and its like enter are not told until their first packet. One reading at a time; hand events on to have more. Slow readers lose:
    /// see <see cref="EventsLost"/>. Needs no more privilege and no newer kernel than the datapath. Two CPUs that take packets of one session at the same
    /// moment may both tell the same.
    /// </remarks>
    /// <exception cref="InvalidOperationException">From the first wait: another reading goes on.</exception>
    /// <exception cref="OperationCanceledException">From a wait: <paramref name="cancellationToken"/> was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">From the first wait: the datapath is disposed.</exception>
    /// <exception cref="BpfException">From the first wait: the kernel refused.</exception>
    public async IAsyncEnumerable<DatapathEvent> ReadEventsAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        BeginEvents();
        try
        {
            await foreach (ClvEvent read in _maps.Events.Ring.ReadAllAsync<ClvEvent>(cancellationToken).ConfigureAwait(false))
            {
                yield return Describe(in read);
            }
        }
        finally
        {
            EndEvents();
        }
    }

    private void BeginEvents()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_ended, this);
            if (_telling)
            {
                throw new InvalidOperationException("The events of this datapath are being read already. There is one reading at a time: end that one, or have it hand its events on.");
            }

            _maps.Events.Discard();
            _maps.WriteSetting(ClvSettingFlag.Events, true);
            _telling = true;
        }
    }

    private void EndEvents()
    {
        lock (_gate)
        {
            if (_telling && !_ended)
            {
                _maps.WriteSetting(ClvSettingFlag.Events, false);
            }

            _telling = false;
        }
    }

    // The gate is held, and nothing is disposed yet.
    private void StopTelling()
    {
        if (!_telling)
        {
            return;
        }

        try
        {
            _maps.WriteSetting(ClvSettingFlag.Events, false);
        }
        catch (BpfException e)
        {
            // Harmless: the buffer fills, and the next start begins silent.
            LogStillTelling(_logger, e);
        }
    }

    private DatapathEvent Describe(in ClvEvent read)
    {
        lock (_gate)
        {
            return new DatapathEvent
            {
                Time = _eventClock.At(read.Time),
                Kind = (DatapathEventKind)read.Kind,
                Tuple = read.Tuple.ToSession(),
                AssociationName = _placement.AssociationPosition(read.Association) is { } association ? _plan?.Associations[association].Name : null,
                LinkName = read.LinkIndex >= 0 && _placement.LinkPosition(read.LinkIndex) is { } link ? _plan?.Links[link].Name : null,
                WirePort = read.Port == 0 ? null : ClvTuple.EndPoint(in read.Tuple.Saddr, read.Port).Port,
                Reason = read.Kind == (byte)DatapathEventKind.Dropped ? (DatapathReason)read.Reason : null,
                InterfaceIndex = read.Ifindex == 0 ? null : (int)read.Ifindex,
            };
        }
    }
}
