using Clovisor.EdgeHost.Lab;

namespace Clovisor.EdgeHost.Tests.Lab;

public sealed class WanTapTests
{
    [Fact]
    public void Joins_both_directions_of_a_connection_on_a_device()
    {
        const string Json = """
            {"nftables":[{"metainfo":{"version":"1.0.6"}},{"table":{"family":"inet","name":"clovisor_lab_tap"}},
            {"set":{"name":"up_ipv4","elem":[
              {"elem":{"val":{"concat":["wan0","10.9.0.1",40000,"10.96.1.1",80]},"counter":{"packets":2,"bytes":100}}},
              {"elem":{"val":{"concat":["wan1","10.9.1.1",40000,"10.96.1.1",80]},"counter":{"packets":3,"bytes":300}}}]}},
            {"set":{"name":"down_ipv4","elem":[{"elem":{"val":{"concat":["wan0","10.9.0.1",40000,"10.96.1.1",80]},"counter":{"packets":2,"bytes":7}}}]}},
            {"set":{"name":"up_ipv6","elem":[{"elem":{"val":{"concat":["wan1","fd00:9:1::1",5,"fd00:96::1",80]},"counter":{"packets":1,"bytes":60}}}]}},
            {"set":{"name":"down_ipv6"}}]}
            """;

        Assert.Equal(
            ["wan0 10.9.0.1:40000 100 7", "wan1 10.9.1.1:40000 300 0", "wan1 [fd00:9:1::1]:5 60 0"],
            WanTap.Parse(Json).Select(f => $"{f.Device} {f.Peer} {f.Up} {f.Down}"));
    }
}
