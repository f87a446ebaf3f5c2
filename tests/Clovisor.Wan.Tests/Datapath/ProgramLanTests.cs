using System.Net;
using Clovisor.Bpf.Programs;
using Clovisor.Testing;
using Clovisor.Wan.Datapath;

namespace Clovisor.Wan.Tests.Datapath;

/// <summary>Single packets through the program of LAN devices, and through that of WAN devices with answers for a LAN.</summary>
public sealed class ProgramLanTests : ProgramTestBase
{
    private readonly LanSide _lan;

    public ProgramLanTests()
    {
        _lan = Lab.AddLan();
        Lab.Edge.Ip("link", "set", LanSide.Device, "address", "02:00:00:00:00:02");
        Lab.Edge.Ip("link", "set", LanSide.Device, "down");
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _lan.Dispose();
    }

    [KernelTheory]
    [MemberData(nameof(Kinds))]
    public void Takes_a_hop_and_translates(bool tcp, bool v6)
    {
        (BpfWanDatapath datapath, IPEndPoint source, IPEndPoint destination) = Start(tcp, v6);
        byte[] frame = Frame(tcp, source, destination, FrameBuilder.Syn);
        var translated = new IPEndPoint(WanLab.LinkSource(1, v6), source.Port);

        Outcome left = AtLan(datapath, frame);

        Assert.Equal((Redirect, DatapathReason.LanRedirected), (left.Code, left.Reason));
        Assert.Equal((translated, destination), (FrameBuilder.SourceEnd(left.Frame), FrameBuilder.DestinationEnd(left.Frame)));
        Assert.Equal(Hops(frame) - 1, Hops(left.Frame));
        Assert.True(FrameBuilder.HasRightChecksums(left.Frame) && FrameShapes.HasRightHeader(left.Frame));

        byte[] answer = Frame(tcp, destination, translated, FrameBuilder.Syn | FrameBuilder.Ack);
        Outcome back = Run(datapath, datapath.Maps.Ingress, answer, 1);

        Assert.Equal((Redirect, DatapathReason.InDelivered), (back.Code, back.Reason));
        Assert.Equal((destination, source), (FrameBuilder.SourceEnd(back.Frame), FrameBuilder.DestinationEnd(back.Frame)));
        Assert.Equal(Hops(answer) - 1, Hops(back.Frame));
        Assert.True(FrameBuilder.HasRightChecksums(back.Frame) && FrameShapes.HasRightHeader(back.Frame));
    }

    [KernelTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Leaves_to_routing_what_only_a_router_may_do(bool v6)
    {
        (BpfWanDatapath datapath, IPEndPoint source, IPEndPoint destination) = Start(tcp: false, v6);
        byte[] frame = FrameBuilder.UdpFrame(source, destination);

        Unchanged(datapath, LastHop(frame), DatapathReason.LanRouted);
        Unchanged(datapath, v6 ? FrameShapes.WithExtensions(frame, 0) : FrameShapes.WithOptions(frame), DatapathReason.LanRouted);
        Unchanged(datapath, FrameShapes.WithVlans(frame, 7), DatapathReason.LanOther);
        Unchanged(datapath, FrameBuilder.UdpFrame(destination, source), DatapathReason.LanNoSession);
        byte[] toAnother = [2, 0, 0, 0, 0, 9, .. frame[6..]];
        Unchanged(datapath, toAnother, DatapathReason.LanOther);
        byte[] error = FrameBuilder.IcmpError(source.Address, FrameBuilder.UdpFrame(destination, source), v6 ? (byte)1 : (byte)3, v6 ? (byte)4 : (byte)3);
        Unchanged(datapath, [.. frame[..12], .. error[12..]], DatapathReason.Protocol);
        Assert.Equal(0, Assert.Single(datapath.Sessions()).BytesOut);
    }

    [KernelTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Leaves_answers_to_routing_that_only_a_router_may_handle(bool v6)
    {
        (BpfWanDatapath datapath, IPEndPoint source, IPEndPoint destination) = Start(tcp: false, v6);
        AtLan(datapath, FrameBuilder.UdpFrame(source, destination));
        byte[] answer = FrameBuilder.UdpFrame(destination, new IPEndPoint(WanLab.LinkSource(1, v6), source.Port));

        foreach (byte[] routed in new[] { LastHop(answer), v6 ? FrameShapes.WithExtensions(answer, 0) : FrameShapes.WithOptions(answer) })
        {
            Outcome outcome = Run(datapath, datapath.Maps.Ingress, routed, 1);

            Assert.Equal((Next, DatapathReason.InRouted), (outcome.Code, outcome.Reason));
            Assert.Equal(source.Address, FrameBuilder.DestinationOf(outcome.Frame));
            Assert.Equal(Hops(routed), Hops(outcome.Frame));
        }
    }

    [KernelTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Answers_what_does_not_fit_the_lan_to_the_address_that_its_sender_knows(bool v6)
    {
        (BpfWanDatapath datapath, IPEndPoint source, IPEndPoint destination) = Start(tcp: false, v6);
        AtLan(datapath, FrameBuilder.UdpFrame(source, destination));
        Lab.Edge.Ip("link", "set", LanSide.Device, "mtu", "1300");
        var translated = new IPEndPoint(WanLab.LinkSource(1, v6), source.Port);
        byte[] large = FrameBuilder.UdpFrame(destination, translated, payload: 1400);

        Outcome outcome = Run(datapath, datapath.Maps.Ingress, large, 1);

        Assert.Equal((Redirect, DatapathReason.InTooBig), (outcome.Code, outcome.Reason));
        Assert.Equal((translated.Address, destination.Address), (FrameBuilder.SourceOf(outcome.Frame), FrameBuilder.DestinationOf(outcome.Frame)));
        Assert.True(FrameBuilder.HasRightChecksums(outcome.Frame));
        int icmp = FrameBuilder.TransportOffset(outcome.Frame);
        Assert.Equal(large[14..(FrameBuilder.TransportOffset(large) + 8)], outcome.Frame[(icmp + 8)..]);
    }

    [KernelTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Delivers_an_icmp_error_about_a_session_of_the_lan(bool v6)
    {
        (BpfWanDatapath datapath, IPEndPoint source, IPEndPoint destination) = Start(tcp: false, v6);
        byte[] left = AtLan(datapath, FrameBuilder.UdpFrame(source, destination)).Frame;
        byte[] error = FrameBuilder.IcmpError(IPAddress.Parse(v6 ? "fd09:1::2" : "10.9.1.2"), left, v6 ? (byte)1 : (byte)3, v6 ? (byte)4 : (byte)3);

        Outcome back = Run(datapath, datapath.Maps.Ingress, error, 1);

        Assert.Equal((Redirect, DatapathReason.InIcmpError), (back.Code, back.Reason));
        Assert.Equal(source.Address, FrameBuilder.DestinationOf(back.Frame));
        Assert.True(FrameBuilder.HasRightChecksums(back.Frame));

        Outcome routed = Run(datapath, datapath.Maps.Ingress, LastHop(error), 1);
        Assert.Equal((Next, DatapathReason.InRouted), (routed.Code, routed.Reason));
    }

    private (BpfWanDatapath Datapath, IPEndPoint Source, IPEndPoint Destination) Start(bool tcp, bool v6)
    {
        BpfWanDatapath datapath = Lab.StartOnWan1(plan: _lan.Plan());
        (_, IPEndPoint destination) = Ends(v6);
        var source = new IPEndPoint(LanSide.Address(v6), 40000);
        datapath.Admit(Session(tcp, source, destination), 0);
        return (datapath, source, destination);
    }

    private Outcome AtLan(BpfWanDatapath datapath, byte[] frame) =>
        Run(datapath, datapath.Maps.Lan, frame, new BpfSkbContext { InterfaceIndex = (uint)_lan.InterfaceIndex });

    private void Unchanged(BpfWanDatapath datapath, byte[] frame, DatapathReason reason)
    {
        Outcome outcome = AtLan(datapath, frame);
        Assert.Equal((Next, reason), (outcome.Code, outcome.Reason));
        Assert.Equal(frame, outcome.Frame);
    }

    private static byte Hops(byte[] frame) => frame[FrameBuilder.IsV6(frame) ? 21 : 22];

    private static byte[] LastHop(byte[] frame)
    {
        byte[] last = [.. frame];
        if (FrameBuilder.IsV6(frame))
        {
            last[21] = 1;
            return last;
        }

        // The word of hops and protocol falls by what the sum then lacks.
        int fallen = (frame[22] - 1) << 8;
        last[22] = 1;
        int sum = ((last[24] << 8) | last[25]) + fallen;
        sum = (sum & 0xffff) + (sum >> 16);
        (last[24], last[25]) = ((byte)(sum >> 8), (byte)sum);
        return last;
    }
}
