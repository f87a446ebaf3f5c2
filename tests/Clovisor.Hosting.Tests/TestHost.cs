using System.Net.Sockets;
using Clovisor.Hosting.Configuration;
using Clovisor.Hosting.Health;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Clovisor.Hosting.Tests;

/// <summary>A host with Clovisor on a folder, and a client of its session API.</summary>
internal sealed class TestHost : IAsyncDisposable
{
    private readonly IHost _host;

    private TestHost(IHost host, string socket)
    {
        _host = host;
        SocketPath = socket;
        Client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                Socket connection = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancellation);
                return new NetworkStream(connection, ownsSocket: true);
            },
        })
        {
            BaseAddress = new Uri("http://clovisor"),
        };
    }

    internal HttpClient Client { get; }

    internal string SocketPath { get; }

    internal HealthBoard Health => _host.Services.GetRequiredService<HealthBoard>();

    internal SnapshotStore Snapshots => _host.Services.GetRequiredService<SnapshotStore>();

    internal T Get<T>() where T : notnull => _host.Services.GetRequiredService<T>();

    internal static TestHost Build(ConfigurationFolder folder, string? pins = null, Action<SessionApiOptions>? api = null)
    {
        string socket = Path.Combine(folder.Path, "api.sock");
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        IClovisorBuilder clovisor = builder.Services
            .AddClovisor(options => options.ProxyNamespace = "app")
            .AddYamlFolder(folder.Path)
            .AddSessionApi(options =>
            {
                options.SocketPath = socket;
                api?.Invoke(options);
            });
        if (pins is not null)
        {
            clovisor.AddWan(options =>
            {
                options.PinDirectory = pins;
                options.MaxSessions = 1024;
                options.UninstallOnStop = true;
            });
        }

        return new TestHost(builder.Build(), socket);
    }

    internal static async Task<TestHost> StartAsync(ConfigurationFolder folder, string? pins = null, Action<SessionApiOptions>? api = null)
    {
        TestHost host = Build(folder, pins, api);
        await host.StartAsync();
        return host;
    }

    internal Task StartAsync() => _host.StartAsync(TestContext.Current.CancellationToken);

    /// <summary>Waits until something holds that happens on another thread; at most ten seconds.</summary>
    internal static async Task Eventually(Func<bool> holds)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (!holds())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(10), "did not happen within ten seconds");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _host.StopAsync(CancellationToken.None);
        if (_host is IAsyncDisposable disposable)
        {
            await disposable.DisposeAsync();
        }
    }
}
