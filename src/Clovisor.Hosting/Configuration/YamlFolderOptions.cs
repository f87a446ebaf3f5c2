using System.ComponentModel.DataAnnotations;

namespace Clovisor.Hosting.Configuration;

/// <summary>A folder that configuration is read from.</summary>
public sealed class YamlFolderOptions
{
    /// <summary>The folder of YAML documents: Istio and Kubernetes kinds, and the <c>wan.clovisor.io</c> kinds. It is watched; its subfolders and hidden files are not read.</summary>
    /// <value>The default is <c>/etc/clovisor</c>. Must exist when the host starts. Takes effect at the start.</value>
    [Required]
    public string Directory { get; set; } = "/etc/clovisor";
}
