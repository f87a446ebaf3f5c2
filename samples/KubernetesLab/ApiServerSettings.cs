using System.Net;

namespace Clovisor.KubernetesLab;

/// <summary>Where a control plane runs. The defaults are for one beside others on the loopback address.</summary>
public sealed record ApiServerSettings
{
    /// <summary>The address of the API server. The default is 127.0.0.1.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>The port of the API server, or null, the default, for a free one.</summary>
    public int? Port { get; init; }

    /// <summary>The port of etcd on 127.0.0.1, or null, the default, for a free one.</summary>
    public int? EtcdPort { get; init; }

    /// <summary>The folder of all data, or null, the default, for a temporary one. It is made, and removed at the end.</summary>
    public string? Folder { get; init; }

    /// <summary>What etcd and the API server are started by, such as <c>ip netns exec NAME</c>. Empty by default. It must become what it starts.</summary>
    public IReadOnlyList<string> Launcher { get; init; } = [];

    /// <summary>Variables in the environment of both, besides those of this process. None by default.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Opens connections to both, where they are not to be reached from this process's own network. Null, the default, for the usual way.</summary>
    public Func<IPEndPoint, CancellationToken, ValueTask<Stream>>? Connect { get; init; }

    /// <summary>Tokens besides the admin's, with the user each stands for. None by default.</summary>
    public IReadOnlyDictionary<string, string> Tokens { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether the custom resource definitions of Istio and of the Gateway API are installed at the start. The default is true.</summary>
    public bool Definitions { get; init; } = true;
}
