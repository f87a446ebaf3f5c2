using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Clovisor.Hosting.Configuration;

/// <summary>The clusters that configuration is read from. All of it takes effect at the start.</summary>
public sealed class KubernetesOptions
{
    /// <summary>The clusters, the most important first. The first one has the WAN objects, this node's Node, and gets the status; of route rules of one name, its own count.</summary>
    /// <value>The default is none: the cluster that this process runs in.</value>
    [ValidateEnumeratedItems]
    public IList<KubernetesClusterOptions> Clusters { get; } = [];

    /// <summary>The name of this node's Node object, whose labels say which WanLinks are here, and under which the status is written.</summary>
    /// <value>The default is <see langword="null"/>: the environment's <c>NODE_NAME</c>, or else the machine's name.</value>
    public string? NodeName { get; set; }

    /// <summary>The namespace of Istio's mesh config and of remote secrets.</summary>
    /// <value>The default is <c>istio-system</c>.</value>
    [Required]
    public string RootNamespace { get; set; } = "istio-system";

    /// <summary>The revision of Istio whose objects are read.</summary>
    /// <value>The default is <c>default</c>.</value>
    [Required]
    public string Revision { get; set; } = "default";

    /// <summary>Whether further clusters are taken from the remote secrets of Istio, which needs the right to read secrets in <see cref="RootNamespace"/>.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool ReadsRemoteSecrets { get; set; }

    /// <summary>The folder that what is known is stored in: a node that starts while its cluster is away goes on with it. It is made, readable for this user alone.</summary>
    /// <value>The default is <c>/var/lib/clovisor</c>. Empty to store nothing; otherwise an absolute path, one process a folder.</value>
    public string StorageDirectory { get; set; } = "/var/lib/clovisor";

    /// <summary>How long a cluster that has not answered yet is waited for before what is stored is put in force. One that refuses or cannot be reached is not waited for.</summary>
    /// <value>The default is 5 seconds. Must be from 0 to 10 minutes.</value>
    public TimeSpan StartPatience { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether the status of WAN objects is written.</summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool WritesStatus { get; set; } = true;

    /// <summary>The shortest time between two looks at what is to be written; each writes ten objects at most.</summary>
    /// <value>The default is 1 second. Must be from 100 ms to 1 minute.</value>
    public TimeSpan StatusInterval { get; set; } = TimeSpan.FromSeconds(1);

    internal string Node => NodeName ?? (Environment.GetEnvironmentVariable("NODE_NAME") is { Length: > 0 } name ? name : Environment.MachineName);
}
