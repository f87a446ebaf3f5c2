namespace Clovisor.EdgeHost.Demo;

/// <summary>Which of the demo's variants is run.</summary>
/// <param name="Tag">Packets are tagged; else sessions are reported.</param>
/// <param name="Envoy">The proxy is Envoy; else the sidecar of this executable.</param>
/// <param name="Clusters">Everything is read from two API servers; else from a folder.</param>
internal sealed record DemoSettings(bool Tag, bool Envoy, bool Clusters = false)
{
    public string ModeName => Tag ? "tag" : "report";

    public string ProxyName => Envoy ? "envoy" : "yarp";
}
