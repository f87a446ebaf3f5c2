using System.Net;

namespace Clovisor.EdgeHost.Lab;

/// <summary>The addresses of the lab; the same in every run, so that what is printed can be compared.</summary>
internal static class LabAddresses
{
    public const string Authority = "httpbin.example.com";
    public const int ServicePort = 80;
    public const int SidecarPort = 15001;
    public const int SidecarPortV6 = 15006;
    public const string ServiceV4 = "10.96.1.1";
    public const string ServiceV6 = "fd00:96::1";

    /// <summary>The pod behind the cloud's east-west gateway, which is at <see cref="ServiceV4"/>.</summary>
    public const string PodV4 = "10.96.2.1";

    /// <summary>The cloud's API server; the edge's is at <see cref="EdgeLan"/>.</summary>
    public const string CloudApi = "10.96.0.1";

    /// <summary>The port of east-west gateways.</summary>
    public const int GatewayPort = 15443;

    public const string EdgeLan = "10.9.128.1";
    public const string AppLan = "10.9.128.2";

    public static LabLink Wan0 { get; } = new("wan0", "10.9.0.1", "10.9.0.2", "fd00:9:0::1", "fd00:9:0::2", 100);

    public static LabLink Wan1 { get; } = new("wan1", "10.9.1.1", "10.9.1.2", "fd00:9:1::1", "fd00:9:1::2", 200);

    /// <summary>The links of the demo.</summary>
    public static IReadOnlyList<LabLink> Links { get; } = [Wan0, Wan1];

    /// <summary>All the links that a lab can have.</summary>
    public static IReadOnlyList<LabLink> All { get; } =
    [
        Wan0,
        Wan1,
        new("wan2", "10.9.2.1", "10.9.2.2", "fd00:9:2::1", "fd00:9:2::2", 300),
        new("wan3", "10.9.3.1", "10.9.3.2", "fd00:9:3::1", "fd00:9:3::2", 400),
    ];

    /// <summary>The link whose edge address this is: how the far side tells the links apart. Null for any other address.</summary>
    public static LabLink? LinkOf(IPAddress edgeAddress) => All.FirstOrDefault(
        link => IPAddress.Parse(link.EdgeV4).Equals(edgeAddress) || IPAddress.Parse(link.EdgeV6).Equals(edgeAddress));
}
