namespace Clovisor.Bpf.Networking;

/// <summary>Which packets of a device a traffic control program sees.</summary>
public enum TcDirection
{
    /// <summary>Those that come in, before the network stack.</summary>
    Ingress = 0,

    /// <summary>Those that go out, after the network stack.</summary>
    Egress = 1,
}
