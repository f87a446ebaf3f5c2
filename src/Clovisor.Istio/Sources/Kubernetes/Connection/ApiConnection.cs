using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using k8s.Authentication;

namespace Clovisor.Istio.Sources.Kubernetes.Connection;

/// <summary>
/// Lists and watches over HTTP. Objects come as the bytes that the server sent: they are decoded later, and only where they changed. Address
/// and credentials are read when they are first needed, and again after the server refused them. Thread-safe.
/// </summary>
internal sealed class ApiConnection(Func<ClusterEndpoint> endpoint, TimeSpan requestTimeout, TimeProvider time) : IDisposable
{
    private readonly Lock _lock = new();
    private Opened? _opened;
    private bool _disposed;

    /// <summary>Gets one page of a list.</summary>
    /// <exception cref="ApiException">The server refused.</exception>
    /// <exception cref="HttpRequestException">The server cannot be reached.</exception>
    public async Task<ListPage> ListAsync(string path, CancellationToken cancellationToken)
    {
        using CancellationTokenSource timeout = new(requestTimeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            using HttpResponseMessage answer = await SendAsync(path, both.Token).ConfigureAwait(false);
            return ListPage.Read(await answer.Content.ReadAsByteArrayAsync(both.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new HttpRequestException($"no answer within {requestTimeout.TotalSeconds} s");
        }
    }

    /// <summary>Applies fields to an object on the server's side, or to a subresource of it that the path names.</summary>
    /// <exception cref="ApiException">The server refused.</exception>
    /// <exception cref="HttpRequestException">The server cannot be reached.</exception>
    public async Task ApplyAsync(string path, ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        using CancellationTokenSource timeout = new(requestTimeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        using var content = new ReadOnlyMemoryContent(json) { Headers = { ContentType = new MediaTypeHeaderValue("application/apply-patch+yaml") } };
        try
        {
            using HttpResponseMessage answer = await SendAsync(HttpMethod.Patch, path, content, both.Token).ConfigureAwait(false);
            await answer.Content.CopyToAsync(Stream.Null, both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new HttpRequestException($"no answer within {requestTimeout.TotalSeconds} s");
        }
    }

    /// <summary>Watches until the server ends the watch. The first thing that comes, before any event, is null: the server has accepted.</summary>
    /// <exception cref="ApiException">The server refused, at once or in the midst.</exception>
    /// <exception cref="HttpRequestException">The server cannot be reached.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    public async IAsyncEnumerable<WatchEvent?> WatchAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using HttpResponseMessage answer = await SendAcceptedAsync(path, cancellationToken).ConfigureAwait(false);
        yield return null;
        Stream body = await answer.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        PipeReader pipe = PipeReader.Create(body);
        try
        {
            while (true)
            {
                ReadResult read = await pipe.ReadAsync(cancellationToken).ConfigureAwait(false);
                ReadOnlySequence<byte> buffer = read.Buffer;
                while (buffer.PositionOf((byte)'\n') is { } end)
                {
                    byte[] line = buffer.Slice(0, end).ToArray();
                    buffer = buffer.Slice(buffer.GetPosition(1, end));
                    if (line.Length > 0)
                    {
                        yield return WatchEvent.Read(line);
                    }
                }

                pipe.AdvanceTo(buffer.Start, buffer.End);
                if (read.IsCompleted)
                {
                    // What is left is half a line: the server went away while it wrote it.
                    yield break;
                }
            }
        }
        finally
        {
            await pipe.CompleteAsync().ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _opened?.Client.Dispose();
            _opened = null;
        }
    }

    private async Task<HttpResponseMessage> SendAcceptedAsync(string path, CancellationToken cancellationToken)
    {
        using CancellationTokenSource timeout = new(requestTimeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            return await SendAsync(path, both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new HttpRequestException($"no answer within {requestTimeout.TotalSeconds} s");
        }
    }

    private Task<HttpResponseMessage> SendAsync(string path, CancellationToken cancellationToken) => SendAsync(HttpMethod.Get, path, null, cancellationToken);

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken)
    {
        Opened opened = Open();
        using var request = new HttpRequestMessage(method, new Uri(opened.Endpoint.Server.AbsoluteUri.TrimEnd('/') + path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
            Content = content,
        };
        request.Headers.Accept.ParseAdd("application/json");

        // The name in the certificate is checked against the host that a request names.
        request.Headers.Host = opened.Endpoint.ServerName;
        if (opened.Endpoint.Credentials is { } credentials)
        {
            await AuthenticateAsync(credentials, request, cancellationToken).ConfigureAwait(false);
        }

        HttpResponseMessage answer = await opened.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        if (answer.IsSuccessStatusCode)
        {
            return answer;
        }

        using (answer)
        {
            byte[] body = await answer.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
            string message = StatusText.Read(body).Message;
            if (answer.StatusCode == HttpStatusCode.Unauthorized)
            {
                lock (_lock)
                {
                    _opened = ReferenceEquals(_opened, opened) ? null : _opened;
                }
            }

            throw new ApiException(answer.StatusCode, message.Length > 0 ? message : $"status {(int)answer.StatusCode}", answer.Headers.RetryAfter?.Delta);
        }
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "Disposed with the connection.")]
    private Opened Open()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_opened is null)
            {
                ClusterEndpoint read = ReadEndpoint();
                _opened = new Opened(read, ClientOf(read));
            }

            return _opened;
        }
    }

    // What a kubeconfig can have wrong is of many types; all of it means that there is no way to the cluster.
    private ClusterEndpoint ReadEndpoint()
    {
        try
        {
            return endpoint();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            throw new HttpRequestException($"address and credentials of the cluster cannot be read: {Reasons.Of(e)}", e);
        }
    }

    private static async Task AuthenticateAsync(ServiceClientCredentials credentials, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            await credentials.ProcessHttpRequestAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not (OutOfMemoryException or OperationCanceledException))
        {
            throw new HttpRequestException($"no credentials for the cluster: {Reasons.Of(e)}", e);
        }
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "The client owns its handler, and the connection owns the client.")]
    [SuppressMessage("Security", "CA5359", Justification = "The kubeconfig says insecure-skip-tls-verify: whoever wrote it asks for this.")]
    private HttpClient ClientOf(ClusterEndpoint target)
    {
        var handler = new SocketsHttpHandler
        {
            // A peer that vanished without a word is noticed within half a minute.
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            KeepAlivePingDelay = TimeSpan.FromSeconds(20),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
            EnableMultipleHttp2Connections = true,
            ConnectTimeout = requestTimeout,
            AutomaticDecompression = DecompressionMethods.GZip,
        };
        if (target.SkipsVerification)
        {
            handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
        }
        else if (target.Authorities.Count > 0)
        {
            // Name, time and chain are all checked, and no authority but the given ones is trusted.
            handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            handler.SslOptions.CertificateChainPolicy.CustomTrustStore.AddRange(target.Authorities);
        }

        if (target.ClientCertificate is { } certificate)
        {
            handler.SslOptions.ClientCertificates = [certificate];
        }

        return new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    private sealed record Opened(ClusterEndpoint Endpoint, HttpClient Client);
}
