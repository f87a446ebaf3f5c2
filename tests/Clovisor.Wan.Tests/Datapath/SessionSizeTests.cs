using System.Net;
using System.Net.Sockets;
using Clovisor.Testing;
using Clovisor.Wan.Datapath;
using Clovisor.Wan.Datapath.Layout;

namespace Clovisor.Wan.Tests.Datapath;

/// <summary>What follows from a session's being 24 bytes: bytes and time in one word, its address and its home by number.</summary>
public sealed class SessionSizeTests : ProgramTestBase
{
    [Theory]
    [InlineData(10, 10, 0)]
    [InlineData(10, 14, 4)]
    [InlineData(65530, 5, 11)]
    [InlineData(12, 10, 0)]
    public void Age_is_since_the_last_packet_and_never_before_it(ushort seen, ushort now, int age)
    {
        var session = ClvSession.New(1023, 63, seen);

        Assert.Equal((age, 1023, 63, 0L, 0L), (session.Age(now), session.Association, session.Slot, session.BytesOut, session.BytesIn));
    }

    [Fact]
    public void Age_is_that_of_the_direction_seen_last()
    {
        ClvSession session = ClvSession.New(0, 0, 10) with { In = (20UL << 48) | 1_000_000_000_000 };

        Assert.Equal((5, 1_000_000_000_000), (session.Age(25), session.BytesIn));
    }

    [KernelTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Holds_as_many_of_each_family_as_it_is_told(bool v6)
    {
        BpfWanDatapath datapath = Lab.StartOnWan1(Lab.Settings() with { MaxSessions = 64, MaxSessionsV6 = 1 });
        (IPEndPoint source, IPEndPoint destination) = Ends(v6);
        Fill(port => datapath.Admit(Session(tcp: false, new IPEndPoint(source.Address, port), destination), 0));
        (IPEndPoint otherSource, IPEndPoint otherDestination) = Ends(!v6);

        datapath.Admit(Session(tcp: false, otherSource, otherDestination), 0);

        Assert.Equal((64, 1), (datapath.MaxSessions, datapath.MaxSessionsV6));
        Assert.Contains(datapath.Sessions(), session => session.Tuple.Source.Equals(otherSource));
    }

    [KernelFact]
    public void Enters_many_at_once()
    {
        BpfWanDatapath datapath = Lab.StartOnWan1();
        SessionTuple[] tuples = [.. Enumerable.Range(1, 100).Select(port =>
        {
            (IPEndPoint source, IPEndPoint destination) = Ends(v6: port % 2 == 0, port);
            return Session(tcp: true, source, destination);
        })];

        datapath.AdmitMany(tuples, 0);
        datapath.AdmitMany(tuples, 0);

        Assert.Equal(tuples.ToHashSet(), datapath.Sessions().Select(session => session.Tuple).ToHashSet());
        Assert.Throws<ArgumentException>(() => datapath.AdmitMany([tuples[0], tuples[0] with { Protocol = ProtocolType.Icmp }], 0));
    }

    [KernelTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Gives_up_the_tuple_of_an_address_that_its_link_no_longer_has(bool v6)
    {
        BpfWanDatapath datapath = Lab.StartOnWan1();
        (IPEndPoint source, IPEndPoint destination) = Ends(v6);
        datapath.Admit(Session(tcp: false, source, destination), 0);
        byte[] frame = FrameBuilder.UdpFrame(source, destination);
        Run(datapath, datapath.Maps.Egress, frame, 0);

        Lab.Apply(datapath, WithAddresses("10.9.1.7", "fd09:1::7"), WanLab.AllSlots(1));
        Assert.Equal(WanLab.LinkSource(1, v6), Assert.Single(datapath.Sessions()).TranslatedSource?.Address);
        Outcome left = Run(datapath, datapath.Maps.Egress, frame, 0);

        Assert.Equal(IPAddress.Parse(v6 ? "fd09:1::7" : "10.9.1.7"), FrameBuilder.SourceOf(left.Frame));
        Assert.Equal(1, datapath.Maps.Reverse.CountEntries());
    }

    [KernelFact]
    public void Never_takes_a_link_of_the_same_number_of_changes_later_for_its_own()
    {
        BpfWanDatapath datapath = Lab.StartOnWan1();
        (IPEndPoint source, IPEndPoint destination) = Ends(v6: false);
        datapath.Admit(Session(tcp: false, source, destination), 0);
        byte[] frame = FrameBuilder.UdpFrame(source, destination);
        Run(datapath, datapath.Maps.Egress, frame, 0);

        // A generation has eight bits in a session: after as many changes the link has the same number again.
        for (int i = 1; i <= 256; i++)
        {
            Lab.Apply(datapath, WithAddresses($"10.9.1.{1 + (i % 200)}", "fd09:1::1"), WanLab.AllSlots(1));
            if (i == 200)
            {
                datapath.Sweep();
            }
        }

        Assert.Null(Assert.Single(datapath.Sessions()).Link);
        Outcome left = Run(datapath, datapath.Maps.Egress, frame, 0);
        Assert.Equal(IPAddress.Parse("10.9.1.57"), FrameBuilder.SourceOf(left.Frame));
        datapath.Sweep();
        Assert.Equal(1, datapath.Maps.Reverse.CountEntries());
    }

    private DatapathPlan WithAddresses(string v4, string v6)
    {
        DatapathPlan plan = Lab.Plan();
        return plan with { Links = [plan.Links[0], plan.Links[1] with { SourceV4 = IPAddress.Parse(v4), SourceV6 = IPAddress.Parse(v6) }] };
    }
}
