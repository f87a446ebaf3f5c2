using System.Text;
using Clovisor.Istio.Routing;

namespace Clovisor.Istio.Tests.Routing;

public sealed class AllocationTests
{
    [Theory]
    [InlineData("/api/7/x?y=1", "boss")]
    [InlineData("/nothing/here", "nobody")]
    [InlineData("/a/../api/%33", "minion")]
    [InlineData("/re/123", "é")]
    public void An_evaluation_allocates_nothing(string path, string user)
    {
        RouteTable table = Mesh.Table(Mesh.Rule("v", ManyRules(50)));
        RouteRequest request = Mesh.Get(path, "HTTPBIN.app:80", ("accept", "*/*"), ("user", user), ("user", "second"));
        for (int i = 0; i < 2000; i++)
        {
            table.Evaluate(request);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            table.Evaluate(request);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static string ManyRules(int count)
    {
        var spec = new StringBuilder("hosts: [httpbin]\nhttp:\n");
        for (int i = 0; i < count; i++)
        {
            spec.Append(System.Globalization.CultureInfo.InvariantCulture, $"- {{match: [{{uri: {{prefix: /api/{i}}}, headers: {{user: {{exact: boss}}}}}}], route: [{{destination: {{host: httpbin}}}}]}}\n");
        }

        return spec.Append("- {match: [{uri: {regex: '/re/[0-9]+'}, headers: {user: {regex: '.+'}}}], route: [{destination: {host: httpbin}}]}").ToString();
    }
}
