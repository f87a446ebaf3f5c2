using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Clovisor.Hosting.Tests.Telemetry;
using Clovisor.Testing;

namespace Clovisor.Hosting.Tests.Sessions;

/// <summary>A live connection on a link that translates, whose later reports belong to no association, or to another.</summary>
public sealed class ReportedAnewTests
{
    [KernelFact]
    public void A_report_breaks_no_connection_and_what_is_kept_is_answered_listed_and_counted()
    {
        using TwoLinks lab = new();
        using EchoService service = lab.Serve();
        lab.Run(async host =>
        {
            using MeterReader meter = new(host);
            using Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 10_000, SendTimeout = 10_000 };
            client.Bind(new IPEndPoint(IPAddress.Parse("10.9.0.1"), 0));
            int port = ((IPEndPoint)client.LocalEndPoint!).Port;
            Assert.Equal(("minion", "lte", null), await ReportAsync(host, "minion", port));
            await client.ConnectAsync(new IPEndPoint(IPAddress.Parse("10.96.1.1"), 80), TestContext.Current.CancellationToken);
            Echo(client);
            Assert.Equal(IPAddress.Parse("10.9.1.1"), service.Peer!.Address);

            Assert.Equal((null, "lte", "association"), await ReportAsync(host, "nobody", port));
            Echo(client);
            Assert.Equal(("minion", "lte", "association", null), await ListedAsync(host));

            Assert.Equal(("boss", "lte", "link"), await ReportAsync(host, "boss", port));
            Echo(client);
            Assert.Equal(("boss", "lte", "link", "app/httpbin/boss"), await ListedAsync(host));

            Assert.Equal(("minion", "lte", null), await ReportAsync(host, "minion", port));
            Echo(client);
            Assert.Equal(("minion", "lte", null, "app/httpbin/minion"), await ListedAsync(host));
            Assert.Equal(2, meter.Read()["clovisor.report.duration{clovisor.report.outcome=kept}"]);
        });
    }

    private static void Echo(Socket client)
    {
        byte[] answer = new byte[5];
        client.Send("hello"u8);
        Assert.Equal(5, client.Receive(answer));
        Assert.Equal("hello"u8.ToArray(), answer);
    }

    private static async Task<(string? Association, string? Link, string? Keeps)> ReportAsync(TestHost host, string user, int port)
    {
        using StringContent content = new(TwoLinks.Report(user, port));
        HttpResponseMessage response = await host.Client.PostAsync("/v1/sessions", content, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        JsonElement answer = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        return (Text(answer, "association"), Text(answer, "link"), Text(answer, "keeps"));
    }

    private static async Task<(string? Association, string? Link, string? Keeps, string? Route)> ListedAsync(TestHost host)
    {
        JsonElement list = await host.Client.GetFromJsonAsync<JsonElement>("/v1/sessions", TestContext.Current.CancellationToken);
        JsonElement session = Assert.Single(list.GetProperty("sessions").EnumerateArray());
        return (Text(session, "association"), Text(session, "link"), Text(session, "keeps"), Text(session, "route"));
    }

    private static string? Text(JsonElement of, string name) => of.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;
}
