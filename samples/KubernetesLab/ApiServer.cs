using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Clovisor.KubernetesLab;

/// <summary>A real Kubernetes API server with an etcd of its own: on free ports of the loopback address and with all data in a temporary folder, unless the settings say otherwise.</summary>
public sealed partial class ApiServer : IAsyncDisposable
{
    /// <summary>The token of the user who may do everything.</summary>
    public const string AdminToken = "admin-token";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly ApiServerSettings _settings;
    private readonly string _folder;
    private readonly HttpClient _client;
    private readonly HttpClient _etcdClient;
    private readonly int _etcdPort;
    private readonly List<(string Token, string User, string Groups)> _tokens = [(AdminToken, "admin", "system:masters")];
    private GuardedProcess? _etcd;
    private GuardedProcess? _server;

    [SuppressMessage("Security", "CA5359", Justification = "The server makes its certificate when it starts; it is on this machine.")]
    private ApiServer(ApiServerSettings settings)
    {
        _settings = settings;
        _folder = settings.Folder is { } folder ? Directory.CreateDirectory(folder).FullName : Directory.CreateTempSubdirectory("clovisor-apiserver-").FullName;
        Port = settings.Port ?? FreePort();
        _etcdPort = settings.EtcdPort ?? FreePort();
        _tokens.AddRange(settings.Tokens.Select(static token => (token.Key, token.Value, "")));
        _etcdClient = new HttpClient(Handler(new IPEndPoint(IPAddress.Loopback, _etcdPort)));
        SocketsHttpHandler handler = Handler(new IPEndPoint(settings.Address, Port));
        handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
        _client = new HttpClient(handler)
        {
            BaseAddress = new Uri(Url(Port)),
            DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", AdminToken) },
        };
    }

    /// <summary>The port it listens on; the same after a restart.</summary>
    public int Port { get; }

    /// <summary>The file with the certificates that the server is trusted by.</summary>
    public string AuthorityFile => Path.Combine(_folder, "apiserver.crt");

    /// <summary>Starts etcd and the API server, and waits until it is ready.</summary>
    /// <param name="definitions">Whether the custom resource definitions of Istio and of the Gateway API are installed.</param>
    public static Task<ApiServer> StartAsync(bool definitions = true) => StartAsync(new ApiServerSettings { Definitions = definitions });

    /// <summary>Starts etcd and the API server, and waits until it is ready.</summary>
    /// <exception cref="TimeoutException">It is not ready in time; the message has the last that it wrote.</exception>
    public static async Task<ApiServer> StartAsync(ApiServerSettings settings, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var server = new ApiServer(settings);
        try
        {
            server.StartEtcd();
            server.WriteKeys();
            await server.StartServerAsync(cancellationToken).ConfigureAwait(false);
            if (settings.Definitions)
            {
                await server.InstallDefinitionsAsync(cancellationToken).ConfigureAwait(false);
            }

            return server;
        }
        catch
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>A kubeconfig for the server.</summary>
    /// <param name="token">Whose; the admin's by default.</param>
    /// <param name="port">Another port that leads to the server, as a relay's.</param>
    public string Kubeconfig(string token = AdminToken, int? port = null) => KubeconfigOf($"token: {token}", port);

    /// <summary>A kubeconfig for the server whose user is given in YAML, indented by nothing.</summary>
    public string KubeconfigOf(string user, int? port = null)
    {
        ArgumentNullException.ThrowIfNull(user);
        string authority = Convert.ToBase64String(File.ReadAllBytes(AuthorityFile));
        return $"""
            apiVersion: v1
            kind: Config
            current-context: test
            contexts:
            - name: test
              context:
                cluster: test
                user: test
            clusters:
            - name: test
              cluster:
                server: {Url(port ?? Port)}
                certificate-authority-data: {authority}
            users:
            - name: test
              user:
            {string.Join('\n', user.Split('\n').Select(static line => "    " + line))}
            """;
    }

    /// <summary>Allows a token, from the next start of the server on.</summary>
    public void AddToken(string token, string user, string groups = "") => _tokens.Add((token, user, groups));

    /// <summary>Takes a token back, from the next start of the server on.</summary>
    public void RemoveToken(string token) => _tokens.RemoveAll(t => t.Token == token);

    /// <summary>Kills the API server; etcd goes on.</summary>
    public void StopServer()
    {
        _server?.Dispose();
        _server = null;
    }

    /// <summary>Starts the API server again on the same port.</summary>
    public async Task StartServerAsync(CancellationToken cancellationToken = default)
    {
        await File.WriteAllLinesAsync(
            Path.Combine(_folder, "tokens.csv"), _tokens.Select(static t => t.Groups.Length > 0 ? $"{t.Token},{t.User},{t.User},{t.Groups}" : $"{t.Token},{t.User},{t.User}"), cancellationToken).ConfigureAwait(false);
        _server = Launch("server.log", ApiServerPrograms.ApiServer,
        [
            $"--etcd-servers=http://127.0.0.1:{_etcdPort}", $"--secure-port={Port}", $"--bind-address={_settings.Address}", $"--advertise-address={Advertised}", $"--cert-dir={_folder}",
            $"--service-account-key-file={_folder}/sa.key", $"--service-account-signing-key-file={_folder}/sa.key", "--service-account-issuer=https://kubernetes",
            $"--token-auth-file={_folder}/tokens.csv", "--authorization-mode=RBAC", "--service-cluster-ip-range=10.0.0.0/16", "--disable-admission-plugins=ServiceAccount",
            "--shutdown-delay-duration=0s", "--v=1",
        ]);
        await UntilAsync("the API server is not ready", () => _server.LastLines, () => ServesAsync("/readyz", cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Kills the API server and starts it again.</summary>
    public async Task RestartServerAsync()
    {
        StopServer();
        await StartServerAsync().ConfigureAwait(false);
    }

    /// <summary>Has etcd forget all revisions before the current one. What the API server has in its own cache it still knows; a restart empties that.</summary>
    public async Task CompactAsync()
    {
        JsonNode range = await EtcdAsync("/v3/kv/range", """{"key":"AA==","limit":1}""").ConfigureAwait(false);
        string revision = range["header"]!["revision"]!.GetValue<string>();
        await EtcdAsync("/v3/kv/compaction", $$"""{"revision":{{revision}},"physical":true}""").ConfigureAwait(false);
    }

    /// <summary>Kills both and removes their data.</summary>
    public ValueTask DisposeAsync()
    {
        StopServer();
        _etcd?.Dispose();
        _client.Dispose();
        _etcdClient.Dispose();
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>Waits for something, asking again and again; a request that fails counts as not yet.</summary>
    private static async Task UntilAsync(string complaint, Func<string> why, Func<Task<bool>> condition, CancellationToken cancellationToken)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                if (await condition().ConfigureAwait(false))
                {
                    return;
                }
            }
            catch (HttpRequestException) when (TimeProvider.System.GetElapsedTime(start) < Patience)
            {
                // Not listening yet.
            }

            if (TimeProvider.System.GetElapsedTime(start) > Patience)
            {
                throw new TimeoutException($"{complaint} after {Patience.TotalSeconds} s:\n{why()}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, cancellationToken).ConfigureAwait(false);
        }
    }

    // Below the ports that the kernel gives to connections: one of those could be taken again before the program has bound it.
    private static int FreePort()
    {
        while (true)
        {
            int port = Random.Shared.Next(18_000, 32_000);
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
            }
        }
    }

    // What pods would reach it by: a loopback address is refused, and nobody asks for it here.
    private string Advertised => IPAddress.IsLoopback(_settings.Address) ? "192.0.2.1" : _settings.Address.ToString();

    private string Url(int port) => string.Create(CultureInfo.InvariantCulture, $"https://{_settings.Address}:{port}");

    private SocketsHttpHandler Handler(IPEndPoint target)
    {
        var handler = new SocketsHttpHandler { UseProxy = false, PooledConnectionLifetime = TimeSpan.FromMinutes(1) };
        if (_settings.Connect is { } connect)
        {
            handler.ConnectCallback = (_, cancellationToken) => connect(target, cancellationToken);
        }

        return handler;
    }

    private GuardedProcess Launch(string log, string program, IEnumerable<string> arguments) => new(Path.Combine(_folder, log), _settings.Launcher, _settings.Environment, program, arguments);

    private void StartEtcd() => _etcd = Launch("etcd.log", ApiServerPrograms.Etcd,
    [
        $"--data-dir={_folder}/etcd", "--unsafe-no-fsync", $"--listen-client-urls=http://127.0.0.1:{_etcdPort}", $"--advertise-client-urls=http://127.0.0.1:{_etcdPort}",
        "--listen-peer-urls=http://127.0.0.1:0",
    ]);

    // The server signs no tokens here, but does not start without a key.
    private void WriteKeys()
    {
        using var key = System.Security.Cryptography.RSA.Create(2048);
        File.WriteAllText(Path.Combine(_folder, "sa.key"), key.ExportRSAPrivateKeyPem());
    }

    private async Task<JsonNode> EtcdAsync(string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await _etcdClient.PostAsync(new Uri($"http://127.0.0.1:{_etcdPort}{path}"), content).ConfigureAwait(false);
        return await ReadAsync(answer, path, CancellationToken.None).ConfigureAwait(false);
    }
}
