using System.Net;
using System.Net.Sockets;
using Clovisor.Wan.Datapath;
using Clovisor.Wan.Datapath.Layout;

namespace Clovisor.Wan.Tests.Datapath;

/// <summary>Sessions fall into slots as if by chance, whatever it is that differs between them: else links would not get their shares.</summary>
public sealed class SlotSpreadTests
{
    private const int Sessions = 10_000;

    // Of chi-square with 63 degrees of freedom, one in 10,000 is above.
    private const double Most = 115.7;

    [Theory]
    [InlineData("source ports")]
    [InlineData("even source ports")]
    [InlineData("destination ports")]
    [InlineData("sources")]
    [InlineData("sources and destinations")]
    [InlineData("IPv6 sources")]
    public void Slots_get_the_same_number_of_sessions_within_chance(string what)
    {
        int[] slots = new int[DatapathPlan.SlotsPerAssociation];
        for (int i = 0; i < Sessions; i++)
        {
            slots[ClvTuple.From(Tuple(what, i)).Slot]++;
        }

        const double Even = (double)Sessions / DatapathPlan.SlotsPerAssociation;
        Assert.InRange(slots.Sum(static count => (count - Even) * (count - Even) / Even), 0, Most);
    }

    private static SessionTuple Tuple(string what, int i)
    {
        (string source, int sourcePort, string destination, int port) = what switch
        {
            "source ports" => ("10.9.0.1", 40_000 + i, "203.0.113.10", 443),
            "even source ports" => ("10.9.0.1", 32_768 + (2 * i), "203.0.113.10", 443),
            "destination ports" => ("10.9.0.1", 40_000, "203.0.113.10", 1 + i),
            "sources" => ($"10.9.{i >> 8}.{i & 255}", 40_000, "203.0.113.10", 443),
            "sources and destinations" => ($"10.9.{(i / 10) >> 8}.{(i / 10) & 255}", 40_000, $"203.0.113.{i % 10}", 443),
            _ => ($"fd77::{i:x}", 40_000, "fd00::10", 443),
        };
        return new SessionTuple(ProtocolType.Tcp, new IPEndPoint(IPAddress.Parse(source), sourcePort), new IPEndPoint(IPAddress.Parse(destination), port));
    }
}
