using Clovisor.Hosting.SessionApi;
using Clovisor.Hosting.Sessions;
using Clovisor.Wan.Datapath;

namespace Clovisor.Hosting.Tests.Sessions;

public sealed class ReportValidationTests
{
    [Theory]
    [InlineData("tcp", "10.9.0.1:41000", "10.96.1.1:80", "tcp 10.9.0.1:41000 > 10.96.1.1:80")]
    [InlineData("udp", "[fd00::1]:41000", "[fd00::2]:443", "udp [fd00::1]:41000 > [fd00::2]:443")]
    [InlineData("tcp", "[::ffff:10.9.0.1]:41000", "10.96.1.1:80", "tcp 10.9.0.1:41000 > 10.96.1.1:80")]
    public void Takes_a_session_that_can_exist(string protocol, string source, string destination, string expected)
    {
        List<ApiError> errors = [];

        SessionTuple? tuple = ReportValidation.Tuple(Report(protocol, source, destination), errors);

        Assert.Empty(errors);
        Assert.Equal(expected, tuple.ToString());
    }

    [Theory]
    [InlineData("sctp", "10.9.0.1:1", "10.96.1.1:80", "protocol", "neither \"tcp\" nor \"udp\"")]
    [InlineData(null, "10.9.0.1:1", "10.96.1.1:80", "protocol", "Missing")]
    [InlineData("tcp", "10.9.0.1", "10.96.1.1:80", "source", "not address:port")]
    [InlineData("tcp", "10.9.0.1:0", "10.96.1.1:80", "source", "not address:port")]
    [InlineData("tcp", "10.9.0.1:70000", "10.96.1.1:80", "source", "not address:port")]
    [InlineData("tcp", "0.0.0.0:1", "10.96.1.1:80", "source", "unspecified address")]
    [InlineData("tcp", "127.0.0.1:1", "10.96.1.1:80", "source", "loopback address")]
    [InlineData("tcp", "[::1]:1", "[fd00::1]:80", "source", "loopback address")]
    [InlineData("udp", "10.9.0.1:1", "224.0.0.1:80", "destination", "multicast address")]
    [InlineData("udp", "[fd00::1]:1", "[ff02::1]:80", "destination", "multicast address")]
    [InlineData("udp", "10.9.0.1:1", "255.255.255.255:80", "destination", "broadcast address")]
    [InlineData("tcp", "10.9.0.1:1", "[fd00::1]:80", "destination", "different address families")]
    [InlineData("tcp", "10.9.0.1:1", "10.9.0.1:1", "destination", "never leaves the node")]
    [InlineData("tcp", "10.9.0.1:1", null, "destination", "Missing")]
    public void Refuses_a_session_that_cannot_exist(string? protocol, string? source, string? destination, string field, string reason)
    {
        List<ApiError> errors = [];

        Assert.Null(ReportValidation.Tuple(Report(protocol, source, destination), errors));

        ApiError error = Assert.Single(errors);
        Assert.Equal(field, error.Field);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("www.example.org", null, null)]
    [InlineData("outbound_.80_._.httpbin.app.svc.cluster.local", null, null)]
    [InlineData("", null, "is no server name")]
    [InlineData("a b", null, "is no server name")]
    [InlineData("www.example.org", "/", "Beside a request head")]
    public void Takes_a_server_name_or_a_request_head(string serverName, string? path, string? reason)
    {
        List<ApiError> errors = [];

        ReportValidation.Content(new SessionReport { Sni = serverName, Path = path }, errors);

        Assert.Equal(reason is null ? 0 : 1, errors.Count);
        Assert.All(errors, error => Assert.Contains(reason!, error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Lists_every_fault_of_a_report()
    {
        List<ApiError> errors = [];
        SessionReport report = Report("x", "y", "z") with { Path = "no-slash", Scheme = "ftp", ListenerPort = 0, Headers = [new ReportHeader("", "v")] };

        ReportValidation.Tuple(report, errors);
        ReportValidation.Head(report, errors);

        Assert.Equal(
            ["protocol", "source", "destination", "method", "authority", "path", "scheme", "listenerPort", "headers"],
            errors.Select(error => error.Field));
    }

    private static SessionReport Report(string? protocol, string? source, string? destination) =>
        new() { Protocol = protocol, Source = source, Destination = destination };
}
