using System.Globalization;
using System.Text;
using Clovisor.Wan.Datapath.Layout;
using Clovisor.Wan.Model.Generation;
using Clovisor.Wan.Model.Packets;

namespace Clovisor.Wan.Model.Comparison;

/// <summary>Frames and entries for a reader.</summary>
internal static class FrameText
{
    private const int MostBytes = 200;

    internal static string Of(in ClvTuple tuple) => tuple.Protocol == 0 ? "protocol 0" : tuple.ToSession().ToString();

    internal static string Key<TKey>(TKey key)
        where TKey : unmanaged => key is ClvTuple tuple ? Of(in tuple) : Convert.ToHexStringLower(LayoutBytes.Of(in key));

    internal static string Entry<TValue>(TValue value)
        where TValue : unmanaged => value switch
        {
            ClvSession s => string.Create(
                CultureInfo.InvariantCulture,
                $"[out {s.BytesOut} in {s.BytesIn} ticks {s.Out >> 48}/{s.In >> 48} link {s.Binding.LinkIndex} {(ClvBindingFlag)(s.Binding.Link & 0xf0)} port {Bytes.Port(s.Binding.Port)} generation {s.Binding.Generation} home {s.Home} association {s.Association} slot {s.Slot} {s.State}]"),
            ClvAnswer a => string.Create(
                CultureInfo.InvariantCulture, $"[link {a.LinkIndex} {(ClvAnswerFlag)(a.Link & 0xf0)} generation {a.Generation} tick {a.Tick} proof {a.Proof:x}]"),
            ClvOrigin o => $"[{o.Addr.ToAddress()} port {Bytes.Port(o.Port)}]",
            _ => Convert.ToHexStringLower(LayoutBytes.Of(in value)),
        };

    /// <summary>Where two frames differ, and both.</summary>
    internal static string Differences(string reason, byte[] wanted, byte[] actual, bool l3)
    {
        int first = wanted.AsSpan().CommonPrefixLength(actual);
        return $"""
            {reason}: the frame differs from byte {first} on; {actual.Length} bytes, wanted {wanted.Length}
                is     {Decode(actual, l3)}
                       {Hex(actual)}
                wanted {Decode(wanted, l3)}
                       {Hex(wanted)}
            """;
    }

    internal static string Of(Step step) => step switch
    {
        PacketStep(var arrival) => string.Create(
            CultureInfo.InvariantCulture,
            $"{arrival.Hook}{(arrival.L3 ? " (no Ethernet)" : string.Empty)} of device {arrival.Device}{(arrival.Claimed ? ", claimed" : string.Empty)}{(arrival.Segments > 0 ? $", {arrival.Segments} segments" : string.Empty)}{(arrival.Summed ? ", summed" : string.Empty)}: {Decode(arrival.Frame, arrival.L3)}\n      {Hex(arrival.Frame)}"),
        LinkStep(int index, var link) => string.Create(CultureInfo.InvariantCulture, $"link {index} becomes {link.Flags}, generation {link.Generation}"),
        SlotsStep(int index, _) => string.Create(CultureInfo.InvariantCulture, $"the slots of association {index} change"),
        ReportStep(var key, var session) => $"reported: {Of(in key)} {Entry(session)}",
        LoseStep(var key) => $"to be settled: {Of(in key)}",
        AgeStep(var key) => $"silent for long: {Of(in key)}",
        ForgetStep(var key) => $"forgotten: {Of(in key)}",
        _ => step.ToString(),
    };

    private static string Hex(byte[] frame) => frame.Length <= MostBytes
        ? Convert.ToHexStringLower(frame)
        : string.Create(CultureInfo.InvariantCulture, $"{Convert.ToHexStringLower(frame.AsSpan(0, MostBytes))}... {frame.Length - MostBytes} more");

    internal static string Decode(byte[] frame, bool l3 = false)
    {
        var reason = Packet.Read(frame, out Packet packet, l3);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{frame.Length} bytes, {packet.Tags} tags, ");
        if (reason is not null)
        {
            return text.Append(CultureInfo.InvariantCulture, $"not followed: {reason}").ToString();
        }

        text.Append(CultureInfo.InvariantCulture, $"{Of(in packet.Tuple)}, transport at {packet.Transport}, DSCP {packet.Dscp}, {packet.Part}");
        if (packet.Protocol == Packet.Tcp)
        {
            text.Append(CultureInfo.InvariantCulture, $", flags {packet.TcpFlags:x2}");
        }

        return text.Append(packet.IsError ? ", an ICMP error" : string.Empty).ToString();
    }
}
