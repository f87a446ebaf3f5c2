using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Clovisor.EdgeHost.Client;
using Clovisor.EdgeHost.Demo;
using Clovisor.EdgeHost.Demo.Steps;
using Clovisor.EdgeHost.Lab;
using Clovisor.Istio.Connections;

namespace Clovisor.EdgeHost.Clusters.Steps;

/// <summary>Between the sites everything goes through the east-west gateway, which knows the service by the server name and never looks inside.</summary>
internal static class HopStep
{
    private static readonly ClusterName Service = new("outbound", 80, "", "httpbin.app.svc.cluster.local");
    private static readonly ClusterName Nobody = new("outbound", 80, "", "nobody.app.svc.cluster.local");
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(6);

    public static DemoStep Create(ClusterConfiguration clusters) => new(
        $"the hop to the cloud, port {LabAddresses.GatewayPort}",
        $"all service traffic goes to the gateway's port and asks for {Service.ServerName}; the handshake is the service's own; a name that no service has is turned away",
        (stage, cancellationToken) => RunAsync(stage, clusters, cancellationToken));

    private static async Task<(string Measured, bool Pass)> RunAsync(DemoStage stage, ClusterConfiguration clusters, CancellationToken cancellationToken)
    {
        TrafficSnapshot before = await stage.TrafficAsync(cancellationToken).ConfigureAwait(false);
        string log = ClusterDemoProxy.AccessLog(stage.Names);
        int known = (await LinesAsync(log, cancellationToken).ConfigureAwait(false)).Length;
        await using (ClientRun run = stage.Run(new ClientOrder { Requests = 20, Interval = TimeSpan.FromMilliseconds(100) }))
        {
            await run.FinishAsync(cancellationToken).ConfigureAwait(false);
        }

        // A connection is logged when it ends, which is a second after its last request.
        await DemoStage.PauseAsync(2500, cancellationToken).ConfigureAwait(false);
        Traffic traffic = (await stage.TrafficAsync(cancellationToken).ConfigureAwait(false)).Since(before);
        int elsewhere = traffic.Flows.Count(flow => flow.Bytes.Service is not { Port: LabAddresses.GatewayPort });
        string[] names = [.. (await LinesAsync(log, cancellationToken).ConfigureAwait(false)).Skip(known).Select(line => line.Split(' ')[0])];
        int right = names.Count(name => ClusterName.TryParse(name, out ClusterName asked) && asked == Service);
        (bool taken, string peer) = await HandshakeAsync(clusters, Service, cancellationToken).ConfigureAwait(false);
        (bool nobody, _) = await HandshakeAsync(clusters, Nobody, cancellationToken).ConfigureAwait(false);
        return (
            $"{traffic.Flows.Count} flows, {elsewhere} to another port; {right} of {names.Length} connections asked for service {Service.Host}, port {Service.Port}; " +
            $"behind the gateway is {peer}; {Nobody.Host} is {(nobody ? "answered" : "turned away")}",
            traffic.Flows.Count > 0 && elsewhere == 0 && right > 0 && right == names.Length && taken && peer == ClusterConfiguration.ServiceIdentity && !nobody);
    }

    private static async Task<string[]> LinesAsync(string log, CancellationToken cancellationToken)
    {
        if (!File.Exists(log))
        {
            return [];
        }

        // Half a line may be there of what is being written.
        string text = await File.ReadAllTextAsync(log, cancellationToken).ConfigureAwait(false);
        return text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>A handshake from the edge as the mesh's own client; says whether it came about, and with whom.</summary>
    private static async Task<(bool Taken, string Peer)> HandshakeAsync(ClusterConfiguration clusters, ClusterName cluster, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        using X509Certificate2 own = MeshCertificates.Load(clusters.ClientFolder);
        string peer = "";
        try
        {
            var gateway = new IPEndPoint(IPAddress.Parse(LabAddresses.ServiceV4), LabAddresses.GatewayPort);
            await using Stream stream = await NamespaceSocket.ConnectAsync(clusters.Edge.Space, gateway, limit.Token).ConfigureAwait(false);
            await using var tls = new SslStream(stream);
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = cluster.ServerName,
                    ApplicationProtocols = [new SslApplicationProtocol("istio")],
                    ClientCertificates = [own],
                    RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                    {
                        peer = certificate is X509Certificate2 server ? string.Join(", ", MeshCertificates.IdentitiesOf(server)) : "";
                        return MeshCertificates.IsTrusted(clusters.ClientFolder, certificate);
                    },
                },
                limit.Token).ConfigureAwait(false);
            return (true, peer);
        }
        catch (Exception e) when (e is IOException or AuthenticationException)
        {
            return (false, peer.Length > 0 ? peer : e.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (false, $"no answer within {Words.Seconds(Patience)}");
        }
    }
}
