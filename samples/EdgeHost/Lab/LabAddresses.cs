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
    public const string EdgeLan = "10.9.128.1";
    public const string AppLan = "10.9.128.2";

    public static LabLink Wan0 { get; } = new("wan0", "10.9.0.1", "10.9.0.2", "fd00:9:0::1", "fd00:9:0::2", 100);

    public static LabLink Wan1 { get; } = new("wan1", "10.9.1.1", "10.9.1.2", "fd00:9:1::1", "fd00:9:1::2", 200);

    public static IReadOnlyList<LabLink> Links { get; } = [Wan0, Wan1];

    /// <summary>The link whose edge address this is: how the far side tells the links apart. Null for any other address.</summary>
    public static LabLink? LinkOf(IPAddress edgeAddress) => Links.FirstOrDefault(
        link => IPAddress.Parse(link.EdgeV4).Equals(edgeAddress) || IPAddress.Parse(link.EdgeV6).Equals(edgeAddress));
}
