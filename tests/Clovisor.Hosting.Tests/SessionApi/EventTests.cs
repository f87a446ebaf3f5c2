using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Clovisor.Hosting.Callers;
using Clovisor.Hosting.Configuration;
using Clovisor.Hosting.SessionApi;
using Clovisor.Hosting.Tests.Telemetry;
using Clovisor.Testing;
using Clovisor.Wan.Datapath;

namespace Clovisor.Hosting.Tests.SessionApi;

/// <summary>What happens in the kernel, as those read it who may ask the host.</summary>
public sealed class EventTests
{
    private const string Head = "GET /v1/events HTTP/1.1\r\nhost: clovisor\r\n\r\n";

    [KernelFact]
    public void A_connection_is_told_to_all_that_read_from_its_link_to_its_end()
    {
        using TwoLinks lab = new();
        using EchoService service = lab.Serve();
        lab.Run(async host =>
        {
            using MeterReader meter = new(host);
            using Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { SendTimeout = 10_000 };
            client.Bind(new IPEndPoint(IPAddress.Parse("10.9.0.1"), 0));
            int port = ((IPEndPoint)client.LocalEndPoint!).Port;
            using RawConnection first = new(host.SocketPath), second = new(host.SocketPath);
            Open(first);
            Open(second);
            using StringContent report = new(TwoLinks.Report("minion", port), Encoding.UTF8, "application/json");
            (await host.Client.PostAsync("/v1/sessions", report, TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();

            await client.ConnectAsync(new IPEndPoint(IPAddress.Parse("10.96.1.1"), 80), TestContext.Current.CancellationToken);
            client.Shutdown(SocketShutdown.Both);

            foreach (RawConnection reader in (RawConnection[])[first, second])
            {
                JsonElement bound = One(reader, "bound"), closing = One(reader, "closing_out");
                Assert.Equal(($"10.9.0.1:{port}", "10.96.1.1:80", "minion", "lte"), (Text(bound, "source"), Text(bound, "destination"), Text(bound, "association"), Text(bound, "link")));
                Assert.Equal(($"10.9.0.1:{port}", "lte"), (Text(closing, "source"), Text(closing, "link")));
                Assert.InRange(bound.GetProperty("wirePort").GetInt32(), 1, 65535);
            }

            IReadOnlyDictionary<string, double> values = meter.Read();
            Assert.Equal((0, 0), (values["clovisor.event.losses{clovisor.event.buffer=kernel}"], values["clovisor.event.losses{clovisor.event.buffer=reader}"]));
        });
    }

    [KernelFact]
    public void The_kernel_is_silent_again_when_the_last_reader_has_gone()
    {
        using TwoLinks lab = new();
        lab.Run(async host =>
        {
            var datapath = (BpfWanDatapath)host.Get<WanRuntime>().Running!.Datapath;
            for (int time = 0; time < 3; time++)
            {
                using RawConnection reader = new(host.SocketPath);
                Open(reader);

                // The host has the one reading; later ones begin when that before has ended, and a second that comes first would have it.
                if (time == 0)
                {
                    await Assert.ThrowsAsync<InvalidOperationException>(() => ReadOneAsync(datapath));
                }
            }

            // Taken by nobody: it can be read from here.
            using CancellationTokenSource end = new();
            Task? reading = null;
            await TestHost.Eventually(() =>
            {
                reading = ReadOneAsync(datapath, end.Token);
                return !reading.IsFaulted;
            });
            await end.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading!);
        });
    }

    [Theory]
    [InlineData(DatapathEventKind.Bound, "10.9.0.1", "10.96.1.1", true)]
    [InlineData(DatapathEventKind.Bound, "10.8.0.1", "10.96.1.1", false)]
    [InlineData(DatapathEventKind.Bound, "10.8.0.1", "10.9.0.1", false)] // a session of somebody else, whoever it is with
    [InlineData(DatapathEventKind.Dropped, "203.0.113.1", "10.9.0.1", true)] // on arrival
    [InlineData(DatapathEventKind.Dropped, "203.0.113.1", "10.8.0.1", false)]
    public void A_caller_is_told_of_the_sessions_that_it_may_speak_for(DatapathEventKind kind, string source, string destination, bool told)
    {
        CallerRule caller = new(new SessionCallerOptions { Sources = { "10.9.0.0/24" } });
        DatapathEvent happened = new()
        {
            Time = DateTimeOffset.UnixEpoch,
            Kind = kind,
            Tuple = new SessionTuple(ProtocolType.Tcp, new IPEndPoint(IPAddress.Parse(source), 41000), new IPEndPoint(IPAddress.Parse(destination), 80)),
        };

        Assert.Equal(told, EventEndpoint.MayBeTold(caller, happened));
    }

    [Fact]
    public async Task Without_a_datapath_there_is_nothing_to_read()
    {
        using ConfigurationFolder folder = ConfigurationFolder.OfDemo();
        await using TestHost host = await TestHost.StartAsync(folder);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await host.Client.GetAsync("/v1/events", TestContext.Current.CancellationToken)).StatusCode);
    }

    private static void Open(RawConnection reader)
    {
        reader.Send(Head);
        Assert.Equal(200, reader.ReadStatus());
    }

    private static JsonElement One(RawConnection reader, string kind)
    {
        string marker = $"\"kind\":\"{kind}\"";
        string read = reader.ReadUntil(marker);
        int at = read.IndexOf(marker, StringComparison.Ordinal);
        Assert.True(at > 0, $"there was no {kind} in {read}");
        return JsonElement.Parse(read[read.LastIndexOf('{', at)..(read.IndexOf('}', at) + 1)]);
    }

    private static string? Text(JsonElement of, string name) => of.GetProperty(name).GetString();

    private static async Task ReadOneAsync(BpfWanDatapath datapath, CancellationToken cancellationToken = default)
    {
        await foreach (DatapathEvent _ in datapath.ReadEventsAsync(cancellationToken))
        {
            return;
        }
    }
}
