using System.Net;
using Clovisor.EdgeHost.Cloud;
using Clovisor.EdgeHost.Demo;
using Clovisor.EdgeHost.Lab;

namespace Clovisor.EdgeHost.Tests.Demo;

public sealed class TrafficTests
{
    private static readonly TrafficSnapshot Nothing = new([], []);

    [Fact]
    public void Bytes_belong_to_the_user_of_their_connection()
    {
        Traffic traffic = new TrafficSnapshot(
            [Flow("wan0", 1, 100, 10), Flow("wan1", 2, 300, 30)],
            [Record(1, 1, "boss"), Record(2, 1, "minion")]).Since(Nothing);

        Assert.Equal(110, traffic.Total("boss", LabAddresses.Wan0));
        Assert.Equal(0, traffic.Total("boss", LabAddresses.Wan1));
        Assert.Equal(1, traffic.Share("minion", LabAddresses.Wan1));
        Assert.Equal(0, traffic.Mixed);
        Assert.Equal(2, traffic.Connections);
    }

    [Fact]
    public void Only_what_moved_in_the_span_counts()
    {
        var before = new TrafficSnapshot([Flow("wan0", 1, 100, 10)], [Record(1, 1, "boss")]);
        Traffic traffic = new TrafficSnapshot([Flow("wan0", 1, 150, 10)], [Record(1, 1, "boss")]).Since(before);

        Assert.Equal(50, traffic.Up("boss"));
        Assert.Equal(0, traffic.Down("boss"));
    }

    [Fact]
    public void A_connection_with_two_users_is_told()
    {
        Traffic traffic = new TrafficSnapshot([Flow("wan0", 1, 100, 10)], [Record(1, 2, "boss", "minion")]).Since(Nothing);
        Assert.Equal(1, traffic.Mixed);
    }

    [Fact]
    public void A_tuple_that_comes_again_belongs_to_the_connection_of_the_span()
    {
        var before = new TrafficSnapshot([Flow("wan0", 1, 100, 10)], [Record(1, 3, "boss")]);
        Traffic traffic = new TrafficSnapshot([Flow("wan0", 1, 400, 40)], [Record(1, 3, "boss"), Record(1, 1, "minion")]).Since(before);

        Assert.Equal(330, traffic.Total("minion"));
        Assert.Equal(0, traffic.Total("boss"));
    }

    [Fact]
    public void Bytes_that_come_back_by_another_link_are_astray()
    {
        Traffic traffic = new TrafficSnapshot([Flow("wan0", 1, 100, 10), Flow("wan1", 1, 0, 25)], [Record(1, 1, "boss")]).Since(Nothing);
        Assert.Equal(25, traffic.Astray);
    }

    [Fact]
    public void Bytes_that_nobody_owns_are_nobodys() =>
        Assert.Equal(0, new TrafficSnapshot([Flow("wan0", 1, 100, 10)], []).Since(Nothing).Connections);

    private static FlowBytes Flow(string device, int port, long up, long down) =>
        new(device, new IPEndPoint(IPAddress.Parse("10.9.0.1"), port), new IPEndPoint(IPAddress.Parse("10.96.1.1"), 80), up, down);

    private static ConnectionRecord Record(int port, int requests, params string[] users) => new($"10.9.0.1:{port}", "10.96.1.1:80", users, requests);
}
