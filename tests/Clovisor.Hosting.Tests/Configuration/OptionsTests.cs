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

        Assert.Equal("/etc/clovisor", new YamlFolderOptions().Directory);
        Assert.Empty(clovisor.NodeLabels);
        Assert.Equal(ProxyKind.Sidecar, clovisor.Proxy);
        Assert.Equal("default", clovisor.ProxyNamespace);
        Assert.Empty(clovisor.ProxyLabels);
        Assert.Equal("/sys/fs/bpf/clovisor", wan.PinDirectory);
        Assert.Equal(262_144, wan.MaxSessions);
        Assert.Equal(65_536, wan.MaxSessionsV6);
        Assert.Empty(wan.LanDevices);
        Assert.False(wan.UninstallOnStop);
        Assert.Null(wan.ProxyCgroup);
        Assert.Equal(63, wan.DscpMask);
        Assert.False(wan.ClearTags);
        Assert.True(wan.AnswersByLink);
        Assert.Equal("/run/clovisor/clovisor.sock", api.SocketPath);
        Assert.Null(api.LoopbackPort);
        Assert.Equal(1 << 20, api.MaxBodyBytes);
        Assert.Equal(4096, api.MaxBatch);
        Assert.Null(api.TokenFile);
        Assert.Empty(api.Callers);
        Assert.Equal(1024, api.MaxConnections);
        Assert.Equal(256, api.MaxRequests);
        Assert.Equal(250_000, api.ReportsPerSecond);
        Assert.Equal(262_144, api.SessionsPerCaller);
    }

    [Fact]
    public void The_lowest_values_are_valid()
    {
        using ServiceProvider services = Services(
            wan => wan.MaxSessions = wan.MaxSessionsV6 = 1024,
            api =>
            {
                api.SocketPath = "";
                api.LoopbackPort = 0;
                api.TokenFile = "/run/clovisor/token";
                api.Callers.Add(new SessionCallerOptions { Token = true });
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
                wan.MaxSessionsV6 = (1 << 22) + 1;
                wan.ProxyCgroup = "proxy.slice";
                wan.DscpMask = 64;
            },
            _ => { });

        OptionsValidationException e = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IOptions<WanOptions>>().Value);

        Assert.Equal(5, e.Failures.Count());
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

    [Theory]
    [InlineData("/run/x.sock", "one socket cannot speak both protocols")]
    [InlineData("log.sock", "'log.sock' is not an absolute path")]
    public void An_access_log_that_cannot_listen_is_refused(string socket, string reason)
    {
        using ServiceProvider services = Services(
            _ => { },
            api =>
            {
                api.SocketPath = "/run/x.sock";
                api.AccessLogSocketPath = socket;
            });

        Assert.Contains(reason, Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IOptions<SessionApiOptions>>().Value).Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, string, string> BadCallers { get; } = new()
    {
        { "nobody", "", "every process of the machine would fit it" },
        { "token and user", "", "Make two entries" },
        { "user", "all", "'all' is not a network" },
        { "namespace", "", "'pod1' is not an absolute path" },
        { "token", "", "no loopback port is set" },
    };

    [Theory]
    [MemberData(nameof(BadCallers))]
    public void An_entry_of_callers_that_means_nothing_or_everybody_is_refused(string kind, string source, string reason)
    {
        SessionCallerOptions caller = new() { Token = kind.StartsWith("token", StringComparison.Ordinal) };
        if (kind.EndsWith("user", StringComparison.Ordinal))
        {
            caller.Users.Add(1337);
        }

        if (kind == "namespace")
        {
            caller.NetworkNamespaces.Add("pod1");
        }

        if (source.Length > 0)
        {
            caller.Sources.Add(source);
        }

        using ServiceProvider services = Services(_ => { }, api => api.Callers.Add(caller));

        OptionsValidationException e = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IOptions<SessionApiOptions>>().Value);

        Assert.Contains(reason, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, true, "open to every local process")]
    [InlineData("token", true, "'token' is not an absolute path")]
    [InlineData("/run/clovisor/token", false, "all of them would be refused")]
    public void Loopback_without_a_token_is_refused(string? file, bool entry, string reason)
    {
        using ServiceProvider services = Services(
            _ => { },
            api =>
            {
                api.LoopbackPort = 0;
                api.TokenFile = file;
                if (entry)
                {
                    api.Callers.Add(new SessionCallerOptions { Token = true });
                }
            });

        OptionsValidationException e = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IOptions<SessionApiOptions>>().Value);

        Assert.Contains(reason, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_configuration_folder_that_is_not_there_is_refused()
    {
        using ServiceProvider services = new ServiceCollection()
            .AddClovisor().AddYamlFolder("/nowhere/at/all").Services.BuildServiceProvider();

        OptionsValidationException e = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IOptions<YamlFolderOptions>>().Value);

        Assert.Contains("There is no folder '/nowhere/at/all'", e.Message, StringComparison.Ordinal);
    }

    private static ServiceProvider Services(Action<WanOptions> wan, Action<SessionApiOptions> api) =>
        new ServiceCollection()
            .AddClovisor()
            .AddWan(wan)
            .AddSessionApi(api)
            .Services.BuildServiceProvider();
}
