using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Clovisor.Hosting.AccessLog;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using SocketAddress = Clovisor.Hosting.AccessLog.SocketAddress;

namespace Clovisor.Hosting.Tests.AccessLog;

/// <summary>A proxy that logs: gRPC by hand over a unix socket, so that wrong things can be said too.</summary>
internal sealed class LogClient : IDisposable
{
    private static readonly Uri Method = new("http://clovisor/envoy.service.accesslog.v3.AccessLogService/StreamAccessLogs");

    private readonly HttpClient _http;

    internal LogClient(string socket) => _http = new HttpClient(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellation) =>
        {
            Socket connection = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancellation);
            return new NetworkStream(connection, ownsSocket: true);
        },
    });

    /// <summary>An entry as Envoy writes it.</summary>
    internal static HttpEntry Entry(string local, string remote, IMessage? state, string client = "10.60.0.9:4711")
    {
        CommonProperties common = new() { UpstreamLocalAddress = AddressOf(local), UpstreamRemoteAddress = AddressOf(remote), DownstreamDirectRemoteAddress = AddressOf(client) };
        if (state is not null)
        {
            common.FilterStateObjects.Add("clovisor.class", Any.Pack(state));
        }

        return new HttpEntry { CommonProperties = common };
    }

    internal static HttpEntry Entry(string local, string? @class) => Entry(local, "10.96.1.1:80", @class is null ? null : new StringValue { Value = @class });

    internal static byte[] Message(params HttpEntry[] entries)
    {
        HttpEntries logs = new();
        logs.LogEntry.Add(entries);
        return Framed(new StreamAccessLogsMessage { HttpLogs = logs }.ToByteArray());
    }

    internal static byte[] Framed(byte[] message)
    {
        byte[] framed = new byte[message.Length + 5];
        BinaryPrimitives.WriteUInt32BigEndian(framed.AsSpan(1), (uint)message.Length);
        message.CopyTo(framed, 5);
        return framed;
    }

    /// <summary>Sends messages and ends the log.</summary>
    /// <returns>The status of gRPC, or that of HTTP where it did not come so far.</returns>
    internal Task<string> SendAsync(params byte[][] messages) => SendAsync(new ByteArrayContent([.. messages.SelectMany(message => message)]));

    /// <summary>Sends messages and leaves the log open until it is told to end it.</summary>
    internal Task<string> OpenAsync(byte[] messages, Task end) => SendAsync(new OpenContent(messages, end));

    public void Dispose() => _http.Dispose();

    private async Task<string> SendAsync(HttpContent content)
    {
        content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        using HttpRequestMessage request = new(HttpMethod.Post, Method) { Content = content, Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        using HttpResponseMessage response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        return response.StatusCode != HttpStatusCode.OK ? $"HTTP {(int)response.StatusCode}"
            : (response.TrailingHeaders.TryGetValues("grpc-status", out IEnumerable<string>? status) ? status : response.Headers.GetValues("grpc-status")).Single();
    }

    private static Address AddressOf(string text)
    {
        IPEndPoint endPoint = IPEndPoint.Parse(text);
        return new Address { SocketAddress = new SocketAddress { Address = endPoint.Address.ToString(), PortValue = (uint)endPoint.Port } };
    }

    private sealed class OpenContent(byte[] messages, Task end) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(messages);
            await stream.FlushAsync();
            await end;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
