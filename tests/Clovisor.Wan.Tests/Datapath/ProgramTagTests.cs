using System.Net;
using Clovisor.Testing;
using Clovisor.Wan.Associations;
using Clovisor.Wan.Datapath;
using Clovisor.Wan.Datapath.Layout;

namespace Clovisor.Wan.Tests.Datapath;

/// <summary>Single packets through the programs, without devices: sessions that nobody reported.</summary>
public sealed class ProgramTagTests : ProgramTestBase
{
    [KernelTheory]
    [MemberData(nameof(Kinds))]
    public void Makes_a_session_of_a_tagged_packet_in_the_slot_that_user_space_computes(bool tcp, bool v6)
    {
        BpfWanDatapath datapath = Lab.StartOnWan1(plan: Lab.Plan(tag: Tag));
        for (int port = 20000; port < 20032; port++)
        {
            (IPEndPoint source, IPEndPoint destination) = Ends(v6, port);

            Outcome left = Run(datapath, datapath.Maps.Egress, Frame(tcp, source, destination, FrameBuilder.Syn, Tag), 0);

            Assert.Equal(DatapathReason.OutRedirected, left.Reason);
            var key = ClvTuple.From(Session(tcp, source, destination));
            Assert.True(datapath.Maps.Sessions.TryGetValue(in key, out ClvSession session));
            Assert.Equal(key.Slot, session.Slot);
        }

        Assert.Equal(32, datapath.Sessions().Count);
    }

    [KernelTheory]
    [InlineData(StickyKind.Source, false)]
    [InlineData(StickyKind.Source, true)]
    [InlineData(StickyKind.Destination, false)]
    [InlineData(StickyKind.Destination, true)]
    public void Tagged_sessions_that_share_an_address_share_a_slot_with_each_other_and_with_reported_ones(StickyKind kind, bool v6)
    {
        DatapathPlan plan = Lab.Plan(tag: Tag);
        BpfWanDatapath datapath = Lab.StartOnWan1(plan: plan with { Associations = [.. plan.Associations.Select(association => association with { Sticky = kind })] });
        var sticky = new StickyKey(kind);
        HashSet<byte> slots = [];
        for (int i = 0; i < 64; i++)
        {
            (IPEndPoint source, IPEndPoint destination) = Ends(v6, 20000 + i);
            IPEndPoint other = new(IPAddress.Parse(v6 ? $"fd77::{i / 4 + 1:x}" : $"192.0.2.{(i / 4) + 1}"), 30000 + i);
            (source, destination) = kind == StickyKind.Source ? (other, destination) : (source, other);

            Assert.Equal(DatapathReason.OutRedirected, Run(datapath, datapath.Maps.Egress, FrameBuilder.TcpFrame(source, destination, FrameBuilder.Syn, Tag), 0).Reason);

            SessionTuple reported = Session(tcp: false, source, destination);
            datapath.Admit(reported, 0);
            byte slot = sticky.SlotOf(new SessionFacts { Source = source, Destination = destination })!.Value;
            Assert.Equal((slot, slot), (SlotOf(datapath, Session(true, source, destination)), SlotOf(datapath, reported)));
            slots.Add(slot);
        }

        Assert.InRange(slots.Count, 8, 16);
    }

    private static byte SlotOf(BpfWanDatapath datapath, SessionTuple tuple)
    {
        var key = ClvTuple.From(in tuple);
        Assert.True(datapath.Maps.Sessions.TryGetValue(in key, out ClvSession session));
        return session.Slot;
    }

    [KernelFact]
    public void Does_not_follow_a_tagged_connection_that_was_open_before()
    {
        BpfWanDatapath datapath = Lab.StartOnWan1(plan: Lab.Plan(tag: Tag));
        (IPEndPoint source, IPEndPoint destination) = Ends(v6: false);

        Passes(datapath, datapath.Maps.Egress, FrameBuilder.TcpFrame(source, destination, FrameBuilder.Ack, Tag), DatapathReason.OutTagLate);

        Assert.Empty(datapath.Sessions());
    }

    [KernelFact]
    public void Does_not_translate_a_tagged_packet_twice()
    {
        BpfWanDatapath datapath = Lab.StartOnWan1(plan: Lab.Plan(tag: Tag));
        (IPEndPoint source, IPEndPoint destination) = Ends(v6: false);
        byte[] translated = Run(datapath, datapath.Maps.Egress, FrameBuilder.UdpFrame(source, destination, Tag), 0).Frame;

        Passes(datapath, datapath.Maps.Egress, translated, DatapathReason.OutTagRepeated);

        Assert.Single(datapath.Sessions());
    }

    [KernelTheory]
    [MemberData(nameof(Kinds))]
    public void Every_port_of_a_range_is_a_tag_and_none_beside_it(bool tcp, bool v6)
    {
        DatapathPlan plan = Lab.Plan() with { PortTags = [new PortTag(new PortRange(32000, 33999), 0)] };
        BpfWanDatapath datapath = Lab.StartOnWan1(Lab.Settings() with { MaxSessions = 4096 }, plan);
        foreach (int port in new[] { 31999, 32000, 32001, 32063, 32064, 33000, 33999, 34000 })
        {
            (IPEndPoint source, IPEndPoint destination) = Ends(v6, port);

            Outcome outcome = Run(datapath, datapath.Maps.Egress, Frame(tcp, source, destination, FrameBuilder.Syn), 0);

            Assert.Equal(port is >= 32000 and <= 33999 ? DatapathReason.OutRedirected : DatapathReason.OutNoSession, outcome.Reason);
        }
    }

    [KernelFact]
    public void The_next_plan_takes_the_place_of_all_ports()
    {
        DatapathPlan plan = Lab.Plan() with { PortTags = [new PortTag(new PortRange(32000, 33999), 0)] };
        BpfWanDatapath datapath = Lab.StartOnWan1(plan: plan);
        Lab.Apply(datapath, plan with { PortTags = [new PortTag(new PortRange(40000, 40100), 0)] }, WanLab.AllSlots(1));
        (IPEndPoint old, IPEndPoint destination) = Ends(v6: false, 32500);
        (IPEndPoint present, _) = Ends(v6: false, 40100);

        Passes(datapath, datapath.Maps.Egress, FrameBuilder.UdpFrame(old, destination), DatapathReason.OutNoSession);
        Assert.Equal(DatapathReason.OutRedirected, Run(datapath, datapath.Maps.Egress, FrameBuilder.UdpFrame(present, destination), 0).Reason);
    }

    [KernelTheory]
    [InlineData(false, 63, 46, 0)]
    [InlineData(true, 63, 46, 0)]
    [InlineData(false, 0b111000, 46, 6)]
    [InlineData(true, 0b111000, 46, 6)]
    [InlineData(false, 63, 12, 12)]
    [InlineData(true, 63, 12, 12)]
    public void Takes_the_tag_out_on_the_way_and_nothing_else(bool v6, byte mask, byte sent, byte left)
    {
        var settings = Lab.Settings() with { ClearTags = true, DscpMask = mask };
        BpfWanDatapath datapath = Lab.StartOnWan1(settings, Lab.Plan(tag: (byte)(46 & mask)));
        (IPEndPoint source, IPEndPoint destination) = Ends(v6);
        byte[] frame = WithCongestionSeen(FrameBuilder.TcpFrame(source, destination, FrameBuilder.Syn, sent));
        datapath.Admit(Session(true, source, destination), 0);

        Outcome outcome = Run(datapath, datapath.Maps.Egress, frame, 0);

        Assert.Equal(DatapathReason.OutRedirected, outcome.Reason);
        Assert.Equal((left << 2) | 1, TrafficClass(outcome.Frame));
        Assert.True(FrameBuilder.HasRightChecksums(outcome.Frame));
    }

    [KernelTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Takes_the_tag_out_behind_vlan_tags_as_well(bool v6)
    {
        BpfWanDatapath datapath = Lab.StartOnWan1(Lab.Settings() with { ClearTags = true }, Lab.Plan(tag: Tag));
        (IPEndPoint source, IPEndPoint destination) = Ends(v6);
        datapath.Admit(Session(true, source, destination), 0);
        byte[] frame = FrameShapes.WithVlans(FrameBuilder.TcpFrame(source, destination, FrameBuilder.Syn, Tag), 5, 6);

        Outcome outcome = Run(datapath, datapath.Maps.Egress, frame, 0);

        Assert.Equal(DatapathReason.OutRedirected, outcome.Reason);
        Assert.Equal(0, TrafficClass(outcome.Frame));
        Assert.True(FrameBuilder.HasRightChecksums(outcome.Frame));
    }

    [KernelFact]
    public void Leaves_the_tag_in_place_unless_asked()
    {
        BpfWanDatapath datapath = Lab.StartOnWan1(plan: Lab.Plan(tag: Tag));
        (IPEndPoint source, IPEndPoint destination) = Ends(v6: false);

        Assert.Equal(Tag << 2, TrafficClass(Run(datapath, datapath.Maps.Egress, FrameBuilder.UdpFrame(source, destination, Tag), 0).Frame));
    }

    private static int TrafficClass(byte[] frame) => FrameBuilder.IsV6(frame) ? (frame[14] & 15) << 4 | frame[15] >> 4 : frame[15];

    // ECN 1; the header's checksum falls by what the word rises.
    private static byte[] WithCongestionSeen(byte[] frame)
    {
        frame[15] |= (byte)(FrameBuilder.IsV6(frame) ? 0x10 : 1);
        if (!FrameBuilder.IsV6(frame))
        {
            System.Buffers.Binary.BinaryPrimitives.WriteUInt16BigEndian(
                frame.AsSpan(24), (ushort)(System.Buffers.Binary.BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(24)) - 1));
        }

        Assert.True(FrameBuilder.HasRightChecksums(frame));
        return frame;
    }

    [KernelFact]
    public void Passes_on_a_tagged_packet_when_the_table_is_full()
    {
        BpfWanDatapath datapath = Lab.StartOnWan1(Lab.Settings() with { MaxSessions = 1 }, Lab.Plan(tag: Tag));
        (IPEndPoint source, IPEndPoint destination) = Ends(v6: false);
        Fill(port =>
        {
            (IPEndPoint other, IPEndPoint server) = Ends(v6: false, port);
            datapath.Admit(Session(false, other, server), 0);
        });

        Passes(datapath, datapath.Maps.Egress, FrameBuilder.UdpFrame(source, destination, Tag), DatapathReason.OutTableFull);
    }
}
