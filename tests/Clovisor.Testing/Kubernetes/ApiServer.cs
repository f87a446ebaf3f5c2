using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Clovisor.Testing.Kubernetes;

/// <summary>A real Kubernetes API server with an etcd of its own, on free ports of the loopback address and with all data in a temporary folder.</summary>
public sealed class ApiServer : IAsyncDisposable
{
    /// <summary>The token of the user who may do everything.</summary>
    public const string AdminToken = "admin-token";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly string _folder = Directory.CreateTempSubdirectory("clovisor-apiserver-").FullName;
    private readonly HttpClient _client;
    private readonly HttpClient _etcdClient = new();
    private readonly int _etcdPort = FreePort();
    private readonly List<(string Token, string User, string Groups)> _tokens = [(AdminToken, "admin", "system:masters")];
    private GuardedProcess? _etcd;
    private GuardedProcess? _server;

    [SuppressMessage("Security", "CA5359", Justification = "The server makes its certificate when it starts; it is on this machine.")]
    private ApiServer()
    {
        _client = new HttpClient(new SocketsHttpHandler
        {
            SslOptions = { RemoteCertificateValidationCallback = static (_, _, _, _) => true },
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),
        })
        {
            BaseAddress = new Uri($"https://127.0.0.1:{Port}"),
            DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", AdminToken) },
        };
    }

    /// <summary>The port it listens on; the same after a restart.</summary>
    public int Port { get; } = FreePort();

    /// <summary>Starts etcd and the API server, and waits until it is ready.</summary>
    public static async Task<ApiServer> StartAsync(bool definitions = true)
    {
        var server = new ApiServer();
        try
        {
            server.StartEtcd();
            server.WriteKeys();
            await server.StartServerAsync();
            if (definitions)
            {
                await Definitions.InstallAsync(server);
            }

            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>The file with the certificates that the server is trusted by.</summary>
    public string AuthorityFile => Path.Combine(_folder, "apiserver.crt");

    /// <summary>A kubeconfig for the server.</summary>
    /// <param name="token">Whose; the admin's by default.</param>
    /// <param name="port">Another port that leads to the server, as a relay's.</param>
    public string Kubeconfig(string token = AdminToken, int? port = null) => KubeconfigText($"token: {token}", port);

    /// <summary>A kubeconfig for the server whose user is given in YAML, indented by nothing.</summary>
    public string KubeconfigOf(string user, int? port = null) => KubeconfigText(user, port);

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
    public async Task StartServerAsync()
    {
        await File.WriteAllLinesAsync(Path.Combine(_folder, "tokens.csv"), _tokens.Select(static t => t.Groups.Length > 0 ? $"{t.Token},{t.User},{t.User},{t.Groups}" : $"{t.Token},{t.User},{t.User}"));
        _server = new GuardedProcess(Path.Combine(_folder, "server.log"), ApiServerPrograms.ApiServer,
        [
            $"--etcd-servers=http://127.0.0.1:{_etcdPort}", $"--secure-port={Port}", "--bind-address=127.0.0.1", $"--cert-dir={_folder}",
            $"--service-account-key-file={_folder}/sa.key", $"--service-account-signing-key-file={_folder}/sa.key", "--service-account-issuer=https://kubernetes",
            $"--token-auth-file={_folder}/tokens.csv", "--authorization-mode=RBAC", "--service-cluster-ip-range=10.0.0.0/16", "--disable-admission-plugins=ServiceAccount",
            "--shutdown-delay-duration=0s", "--v=1",
        ]);
        await UntilAsync("the API server is not ready", () => _server.LastLines, async () =>
        {
            using HttpResponseMessage answer = await _client.GetAsync(new Uri("/readyz", UriKind.Relative));
            return answer.IsSuccessStatusCode;
        });
    }

    /// <summary>Kills the API server and starts it again.</summary>
    public async Task RestartServerAsync()
    {
        StopServer();
        await StartServerAsync();
    }

    /// <summary>Has etcd forget all revisions before the current one. What the API server has in its own cache it still knows; a restart empties that.</summary>
    public async Task CompactAsync()
    {
        JsonNode range = await EtcdAsync("/v3/kv/range", """{"key":"AA==","limit":1}""");
        string revision = range["header"]!["revision"]!.GetValue<string>();
        await EtcdAsync("/v3/kv/compaction", $$"""{"revision":{{revision}},"physical":true}""");
    }

    /// <summary>Creates an object, or changes it to what is given.</summary>
    /// <param name="path">The object's path, such as <c>/api/v1/namespaces/app/services/one</c>.</param>
    /// <param name="document">The object, as YAML or JSON.</param>
    public async Task ApplyAsync(string path, string document)
    {
        using var request = new HttpRequestMessage(HttpMethod.Patch, new Uri($"{path}?fieldManager=tests&force=true", UriKind.Relative))
        {
            Content = new StringContent(document, Encoding.UTF8, "application/apply-patch+yaml"),
        };
        using HttpResponseMessage answer = await _client.SendAsync(request);
        await ThrowUnlessGoodAsync(answer, path);
    }

    /// <summary>Creates an object from a document.</summary>
    /// <param name="path">The path of its kind.</param>
    /// <param name="document">The object, as YAML or JSON.</param>
    public async Task CreateAsync(string path, string document)
    {
        using var content = new StringContent(document, Encoding.UTF8, "application/yaml");
        using HttpResponseMessage answer = await _client.PostAsync(new Uri(path, UriKind.Relative), content);
        await ThrowUnlessGoodAsync(answer, path);
    }

    /// <summary>Reads an object.</summary>
    public async Task<JsonNode> GetAsync(string path)
    {
        using HttpResponseMessage answer = await _client.GetAsync(new Uri(path, UriKind.Relative));
        await ThrowUnlessGoodAsync(answer, path);
        return (await answer.Content.ReadFromJsonAsync<JsonNode>(JsonSerializerOptions.Web))!;
    }

    /// <summary>Removes an object.</summary>
    public async Task DeleteAsync(string path)
    {
        using HttpResponseMessage answer = await _client.DeleteAsync(new Uri(path, UriKind.Relative));
        await ThrowUnlessGoodAsync(answer, path);
    }

    /// <summary>Installs the custom resource definitions of Istio and of the Gateway API.</summary>
    public Task InstallDefinitionsAsync() => Definitions.InstallAsync(this);

    /// <summary>Says whether a path is served.</summary>
    public async Task<bool> ServesAsync(string path)
    {
        using HttpResponseMessage answer = await _client.GetAsync(new Uri(path, UriKind.Relative));
        return answer.IsSuccessStatusCode;
    }

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
    internal static async Task UntilAsync(string complaint, Func<string> why, Func<Task<bool>> condition)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                if (await condition())
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

            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private static async Task ThrowUnlessGoodAsync(HttpResponseMessage answer, string path)
    {
        if (!answer.IsSuccessStatusCode)
        {
            throw new InvalidOperationException($"{path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        }
    }

    private void StartEtcd() => _etcd = new GuardedProcess(Path.Combine(_folder, "etcd.log"), ApiServerPrograms.Etcd,
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

    private string KubeconfigText(string user, int? port)
    {
        string authority = Convert.ToBase64String(File.ReadAllBytes(Path.Combine(_folder, "apiserver.crt")));
        string server = $"https://127.0.0.1:{(port ?? Port).ToString(CultureInfo.InvariantCulture)}";
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
                server: {server}
                certificate-authority-data: {authority}
            users:
            - name: test
              user:
            {string.Join('\n', user.Split('\n').Select(static line => "    " + line))}
            """;
    }

    private async Task<JsonNode> EtcdAsync(string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await _etcdClient.PostAsync(new Uri($"http://127.0.0.1:{_etcdPort}{path}"), content);
        await ThrowUnlessGoodAsync(answer, path);
        return (await answer.Content.ReadFromJsonAsync<JsonNode>(JsonSerializerOptions.Web))!;
    }
}
