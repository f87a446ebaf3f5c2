using Clovisor.Hosting.Classification;
using Clovisor.Hosting.Configuration;
using Clovisor.Hosting.Health;
using Clovisor.Istio.Routing;
using Clovisor.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Clovisor.Hosting.Tests.Configuration;

/// <summary>The parts added to a host in all the ways that make sense, and in some that do not.</summary>
public sealed class CompositionTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_folder_alone_gives_the_classifier()
    {
        using ConfigurationFolder folder = ConfigurationFolder.OfDemo();
        using IHost host = Build(builder => builder.AddYamlFolder(folder.Path), "app");
        await host.StartAsync(Stop);

        Assert.Equal("boss", Classify(host).Association);
        await host.StopAsync(Stop);
    }

    [Fact]
    public async Task A_host_without_any_source_says_what_to_call()
    {
        using IHost host = Build(static _ => { });

        InvalidOperationException e = await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync(Stop));

        Assert.Contains("AddYamlFolder", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_part_called_twice_is_there_once_and_takes_both_options()
    {
        using ConfigurationFolder folder = ConfigurationFolder.OfDemo();
        ServiceCollection services = new();
        IClovisorBuilder builder = services.AddClovisor(static options => options.ProxyNamespace = "other").AddYamlFolder("/").AddWan().AddSessionApi().AddHealthChecks();
        int once = services.Count(IsOurs);

        services.AddClovisor(static options => options.ProxyNamespace = "app");
        builder.AddYamlFolder(folder.Path).AddWan(static wan => wan.ClearTags = true).AddSessionApi(static api => api.MaxBatch = 7).AddHealthChecks();

        Assert.Equal(once, services.Count(IsOurs));
        await using ServiceProvider provider = services.BuildServiceProvider();
        Assert.Equal("app", provider.GetRequiredService<IOptions<ClovisorOptions>>().Value.ProxyNamespace);
        Assert.Equal(folder.Path, provider.GetRequiredService<IOptions<YamlFolderOptions>>().Value.Directory);
        Assert.True(provider.GetRequiredService<IOptions<WanOptions>>().Value.ClearTags);
        Assert.Equal(7, provider.GetRequiredService<IOptions<SessionApiOptions>>().Value.MaxBatch);
    }

    [Fact]
    public async Task Each_part_that_was_added_has_a_health_check_of_its_own()
    {
        using ConfigurationFolder folder = ConfigurationFolder.OfDemo();
        using IHost host = Build(builder => builder.AddHealthChecks().AddYamlFolder(folder.Path).AddSessionApi(api => api.SocketPath = Path.Combine(folder.Path, "api.sock")));
        HealthCheckService checks = host.Services.GetRequiredService<HealthCheckService>();
        HealthReport before = await checks.CheckHealthAsync(Stop);
        await host.StartAsync(Stop);
        HealthReport started = await checks.CheckHealthAsync(Stop);

        folder.Write("broken.yaml", "a: [1, 2\n");
        HealthBoard board = host.Services.GetRequiredService<HealthBoard>();
        await TestHost.Eventually(() => board.Level == HealthLevel.Degraded);
        HealthReport broken = await checks.CheckHealthAsync(Stop);

        Assert.Equal(["clovisor", "clovisor-associations", "clovisor-configuration", "clovisor-options", "clovisor-session-api"], started.Entries.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(HealthStatus.Unhealthy, before.Entries["clovisor"].Status);
        Assert.Equal(HealthStatus.Healthy, started.Status);
        Assert.Equal(HealthStatus.Degraded, broken.Entries["clovisor-configuration"].Status);
        Assert.Equal(HealthStatus.Healthy, broken.Entries["clovisor-session-api"].Status);
        Assert.Contains("broken.yaml", broken.Entries["clovisor"].Description, StringComparison.Ordinal);
        await host.StopAsync(Stop);
    }

    [Fact]
    public async Task Bound_options_are_followed_and_a_bad_change_leaves_the_former_in_force()
    {
        using ConfigurationFolder folder = ConfigurationFolder.OfDemo();
        IConfigurationRoot configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Clovisor:ProxyNamespace"] = "elsewhere",
            ["Clovisor:YamlFolder:Directory"] = folder.Path,
            ["Clovisor:SessionApi:SocketPath"] = Path.Combine(folder.Path, "api.sock"),
            ["Clovisor:SessionApi:MaxBatch"] = "5",
        }).Build();
        using IHost host = Build(builder => builder.AddYamlFolder().AddSessionApi().Bind(configuration.GetSection("Clovisor")));
        await host.StartAsync(Stop);
        LiveOptions<SessionApiOptions> api = host.Services.GetRequiredService<LiveOptions<SessionApiOptions>>();
        SnapshotStore store = host.Services.GetRequiredService<SnapshotStore>();
        Assert.Equal(5, api.Current.MaxBatch);
        Assert.Null(Classify(host, "httpbin").Association);

        configuration["Clovisor:ProxyNamespace"] = "app";
        configuration["Clovisor:SessionApi:MaxBatch"] = "6";
        configuration.Reload();
        await TestHost.Eventually(() => store.Current!.Revision == 2);
        Assert.Equal("boss", Classify(host, "httpbin").Association);
        Assert.Equal(6, api.Current.MaxBatch);

        configuration["Clovisor:SessionApi:MaxBatch"] = "0";
        Assert.ThrowsAny<Exception>(configuration.Reload);
        PartHealth refused = Options(host);
        Assert.Equal(6, api.Current.MaxBatch);
        Assert.Equal(HealthLevel.Degraded, refused.Level);
        Assert.Contains("SessionApiOptions was refused", Assert.Single(refused.Reasons), StringComparison.Ordinal);

        configuration["Clovisor:SessionApi:MaxBatch"] = "7";
        configuration["Clovisor:SessionApi:MaxConnections"] = "9";
        configuration.Reload();
        PartHealth waiting = Options(host);
        Assert.Equal(7, api.Current.MaxBatch);
        Assert.Equal(HealthLevel.Healthy, waiting.Level);
        Assert.Contains("MaxConnections was changed from '1024' to '9', which takes effect at the next start", Assert.Single(waiting.Warnings), StringComparison.Ordinal);
        await host.StopAsync(Stop);
    }

    [Fact]
    public async Task Labels_of_the_node_choose_its_links_in_a_folder_that_nodes_share()
    {
        using ConfigurationFolder folder = ConfigurationFolder.OfDemo();
        folder.Write("wan.yaml", ConfigurationFolder.Wan.Replace("{device: wan1,", "{nodeSelector: {site: north}, device: wan1,", StringComparison.Ordinal));
        using IHost south = Build(builder => builder.AddYamlFolder(folder.Path), "app");
        using IHost north = Build(builder => builder.AddYamlFolder(folder.Path), "app", static labels => labels["site"] = "north");
        await south.StartAsync(Stop);
        await north.StartAsync(Stop);

        Assert.Equal(["fibre"], south.Services.GetRequiredService<SnapshotStore>().Current!.Wan.Links.Select(static link => link.Name));
        Assert.Equal(["fibre", "lte"], north.Services.GetRequiredService<SnapshotStore>().Current!.Wan.Links.Select(static link => link.Name));
        await south.StopAsync(Stop);
        await north.StopAsync(Stop);
    }

    [KernelFact]
    public async Task The_wan_part_needs_no_session_api()
    {
        using ConfigurationFolder folder = ConfigurationFolder.OfDemo();
        string pins = $"/sys/fs/bpf/clvt-composition-{Environment.ProcessId}";
        using IHost host = Build(builder => builder.AddYamlFolder(folder.Path).AddWan(wan =>
        {
            wan.PinDirectory = pins;
            wan.MaxSessions = 1024;
            wan.UninstallOnStop = true;
        }));
        await host.StartAsync(Stop);

        PartHealth[] parts = [.. host.Services.GetRequiredService<HealthBoard>().Parts];
        Assert.Equal(HealthLevel.Healthy, Assert.Single(parts, static part => part.Name == "datapath").Level);
        Assert.Equal(HealthLevel.Degraded, Assert.Single(parts, static part => part.Name == "links").Level);
        Assert.True(Directory.Exists(pins));
        await host.StopAsync(Stop);
        Assert.False(Directory.Exists(pins));
    }

    private static bool IsOurs(ServiceDescriptor service) =>
        service.ServiceType.Namespace!.StartsWith("Clovisor", StringComparison.Ordinal)
        || service.ServiceType == typeof(IHostedService)
        || (service.ServiceType.IsGenericType && service.ServiceType.GetGenericTypeDefinition() == typeof(IValidateOptions<>));

    private static PartHealth Options(IHost host) => Assert.Single(host.Services.GetRequiredService<HealthBoard>().Parts, static part => part.Name == "options");

    private static ClassifiedRequest Classify(IHost host, string authority = "httpbin.app.svc.cluster.local")
    {
        RouteHeader[] headers = [new RouteHeader("user", "boss")];
        return host.Services.GetRequiredService<RequestClassifier>().Classify(80, new RouteRequest { Method = "GET", Authority = authority, Path = "/", Scheme = "http", Headers = headers });
    }

    private static IHost Build(Action<IClovisorBuilder> parts, string? scope = null, Action<IDictionary<string, string>>? labels = null)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        parts(builder.Services.AddClovisor(options =>
        {
            options.ProxyNamespace = scope ?? options.ProxyNamespace;
            labels?.Invoke(options.NodeLabels);
        }));
        return builder.Build();
    }
}
