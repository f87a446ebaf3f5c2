using System.Net;
using Clovisor.Testing;
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
