using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Clovisor.KubernetesLab;

namespace Clovisor.Hosting.Tests.Envoy;

/// <summary>The real Envoy on a configuration; ended with the test.</summary>
internal sealed class RealEnvoy : IAsyncDisposable
{
    private readonly Process _process;

    private RealEnvoy(Process process) => _process = process;

    internal static string Program
    {
        get
        {
            string? program = SharedParts.Program("envoy");
            Assert.SkipUnless(program is not null, "There is no Envoy: the folder 'shared' beside the repository holds none.");
            return program;
        }
    }

    internal static async Task<RealEnvoy> StartAsync(string folder, string yaml, IPEndPoint listen)
    {
        string file = Path.Combine(folder, "envoy.yml");
        await File.WriteAllTextAsync(file, yaml);
        ProcessStartInfo start = new(Program, ["--config-path", file, "--concurrency", "2", "--disable-hot-restart", "--log-level", "error", "--log-path", Path.Combine(folder, "envoy.log")]);
        RealEnvoy envoy = new(Process.Start(start)!);
        await TestHost.Eventually(() => IsListening(listen) || envoy._process.HasExited);
        Assert.False(envoy._process.HasExited, "Envoy ended: " + await File.ReadAllTextAsync(Path.Combine(folder, "envoy.log")));
        return envoy;
    }

    internal static IPEndPoint FreeEndPoint()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return (IPEndPoint)socket.LocalEndPoint!;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static bool IsListening(IPEndPoint endPoint)
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(endPoint);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
