using Clovisor.Wan.Datapath;
using Clovisor.Wan.Datapath.Layout;
using Clovisor.Wan.Model.Packets;
using Clovisor.Wan.Model.Rules;

namespace Clovisor.Wan.Model.Sockets;

/// <summary>A socket of the trusted control group that is about to connect.</summary>
/// <param name="Tuple">What its packets will have.</param>
/// <param name="Announced">The association that was announced for it; null if none was.</param>
/// <param name="Dscp">What it writes; 0 where the kernel lets no program read that.</param>
internal sealed record Connecting(ClvTuple Tuple, int? Announced, byte Dscp);

/// <summary>
/// What becomes of a connection before its SYN. 1. One to the node itself is none of ours. 2. The announcement, else the port, else the DSCP names the
/// association. 3. Its session is entered; what is left of an earlier connection of the tuple takes the new association and begins anew,
/// or is forgotten where none is named.
/// </summary>
internal static class ConnectModel
{
    internal static (DatapathReason Reason, Changes Changes) Decide(Tables tables, Connecting socket)
    {
        var changes = new Changes(tables);
        ClvTuple tuple = socket.Tuple;
        if (StaysHere(in tuple))
        {
            return (DatapathReason.SockLocal, changes);
        }

        int port = Bytes.Port(tuple.Sport);
        uint byPort = tables.Ports[port / 64].Association[port % 64];
        uint masked = socket.Dscp & tables.Settings.DscpMask;
        uint byDscp = masked == 0 ? 0 : tables.Dscp[masked];
        uint named = socket.Announced is { } announced ? (uint)announced + 1 : byPort != 0 ? byPort : byDscp;
        if (named == 0)
        {
            if (changes.Session(in tuple) is { } left && IsLeft(left, tables))
            {
                changes.Sessions[tuple] = null;
            }

            return (DatapathReason.SockUntagged, changes);
        }

        int association = (int)named - 1;
        if (changes.Session(in tuple) is { } present)
        {
            if (IsLeft(present, tables))
            {
                changes.Sessions[tuple] = present.MovedTo(association, tables.SlotOf(in tuple, association), tables.Tick) with { State = ClvSessionState.New };
            }

            return (DatapathReason.SockEntered, changes);
        }

        var fresh = ClvSession.New(association, tables.SlotOf(in tuple, association), tables.Tick);
        return (changes.TryEnter(in tuple, in fresh) ? DatapathReason.SockEntered : DatapathReason.SockTableFull, changes);
    }

    /// <summary>Whether it is an earlier connection's: all but what was reported in this tick or the last, and has no packets.</summary>
    private static bool IsLeft(in ClvSession session, Tables tables) => session.State != ClvSessionState.New || session.Age(tables.Tick) > 1;

    private static bool StaysHere(in ClvTuple tuple)
    {
        ReadOnlySpan<byte> to = tuple.Daddr;
        bool loopback = tuple.Daddr.IsV4 ? to[12] == 127 : to.SequenceEqual((ReadOnlySpan<byte>)[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
        return loopback || tuple.Daddr.Equals(in tuple.Saddr);
    }
}
