using Clovisor.Istio.Routing;
using Clovisor.Hosting.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Clovisor.Hosting.Tests.Configuration;

public sealed class OptionsTests
{
    [Fact]
    public void Defaults_are_as_documented()
    {
        ClovisorOptions clovisor = new();
        WanOptions wan = new();
        SessionApiOptions api = new();

        Assert.Equal("/etc/clovisor", clovisor.ConfigurationDirectory);
        Assert.Equal(ProxyKind.Sidecar, clovisor.Proxy);
        Assert.Equal("default", clovisor.ProxyNamespace);
        Assert.Empty(clovisor.ProxyLabels);
        Assert.Equal("/sys/fs/bpf/clovisor", wan.PinDirectory);
        Assert.Equal(262_144, wan.MaxSessions);
        Assert.False(wan.UninstallOnStop);
        Assert.Equal("/run/clovisor/clovisor.sock", api.SocketPath);
        Assert.Null(api.LoopbackPort);
        Assert.Equal(1 << 20, api.MaxBodyBytes);
        Assert.Equal(4096, api.MaxBatch);
    }

    [Fact]
    public void The_lowest_values_are_valid()
    {
        using ServiceProvider services = Services(
            wan => wan.MaxSessions = 1024,
            api =>
            {
                api.SocketPath = "";
                api.LoopbackPort = 0;
                api.MaxBodyBytes = 4096;
                api.MaxBatch = 1;
            });

        Assert.Equal(1024, services.GetRequiredService<IOptions<WanOptions>>().Value.MaxSessions);
        Assert.Equal(1, services.GetRequiredService<IOptions<SessionApiOptions>>().Value.MaxBatch);
    }

    [Fact]
    public void Every_fault_of_the_wan_options_is_listed_at_once()
    {
        using ServiceProvider services = Services(
            wan =>
            {
                wan.PinDirectory = "pins";
                wan.MaxSessions = 1;
            },
            _ => { });

        OptionsValidationException e = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IOptions<WanOptions>>().Value);

        Assert.Equal(2, e.Failures.Count());
        Assert.Contains(e.Failures, failure => failure.Contains("MaxSessions", StringComparison.Ordinal));
        Assert.Contains(e.Failures, failure => failure.Contains("'pins' is not an absolute path", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", null, "Neither a socket path nor a loopback port is set")]
    [InlineData("clovisor.sock", null, "is not an absolute path")]
    [InlineData("/run/0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678", null, "longer than the 107 bytes")]
    [InlineData("/run/x.sock", 70_000, "LoopbackPort")]
    public void An_api_that_cannot_listen_is_refused(string socket, int? port, string reason)
    {
        using ServiceProvider services = Services(
            _ => { },
            api =>
            {
                api.SocketPath = socket;
                api.LoopbackPort = port;
            });

        OptionsValidationException e = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IOptions<SessionApiOptions>>().Value);

        Assert.Contains(reason, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_configuration_folder_that_is_not_there_is_refused()
    {
        using ServiceProvider services = new ServiceCollection()
            .AddClovisor(options => options.ConfigurationDirectory = "/nowhere/at/all").Services.BuildServiceProvider();

        OptionsValidationException e = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IOptions<ClovisorOptions>>().Value);

        Assert.Contains("There is no folder '/nowhere/at/all'", e.Message, StringComparison.Ordinal);
    }

    private static ServiceProvider Services(Action<WanOptions> wan, Action<SessionApiOptions> api) =>
        new ServiceCollection()
            .AddClovisor(options => options.ConfigurationDirectory = "/")
            .AddWan(wan)
            .AddSessionApi(api)
            .Services.BuildServiceProvider();
}
