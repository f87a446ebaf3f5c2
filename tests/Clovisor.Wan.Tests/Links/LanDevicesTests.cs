using Clovisor.Wan.Links;
using Clovisor.Wan.Tests.Netlink;

namespace Clovisor.Wan.Tests.Links;

public sealed class LanDevicesTests
{
    [Theory]
    [InlineData("br0", "5")]
    [InlineData("veth*", "2 7")]
    [InlineData("br0 veth* br0", "2 5 7")]
    [InlineData("Br0 vet", "")]
    [InlineData("", "")]
    public void Are_found_by_name_or_by_what_names_have_in_common(string patterns, string indices)
    {
        var network = new RecordedNetwork();
        network.Link(7, "veth1");
        network.Link(5, "br0");
        network.Link(2, "veth0");
        network.Link(9, "eth0");

        Assert.Equal(
            indices.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse),
            new LanDevices(patterns.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Find(network.Table, []));
    }
}
