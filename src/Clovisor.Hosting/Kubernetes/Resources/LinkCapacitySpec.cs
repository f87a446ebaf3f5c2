using System.ComponentModel.DataAnnotations;
using Clovisor.Hosting.Kubernetes.Schema;

namespace Clovisor.Hosting.Kubernetes.Resources;

/// <summary>How much a link carries, in bits per second: 500k, 200M, 1G.</summary>
public sealed record LinkCapacitySpec
{
    /// <summary>From the site outwards.</summary>
    [Required]
    [RegularExpression(TextForm.Rate)]
    public string? Up { get; init; }

    /// <summary>Towards the site.</summary>
    [Required]
    [RegularExpression(TextForm.Rate)]
    public string? Down { get; init; }
}
