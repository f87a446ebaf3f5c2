using System.ComponentModel.DataAnnotations;

namespace Clovisor.Hosting.Kubernetes.Status;

/// <summary>One thing that holds of an object or does not, as Kubernetes writes conditions.</summary>
public sealed record WanCondition
{
    /// <summary>What: Accepted or Ready.</summary>
    [Required]
    public string? Type { get; init; }

    /// <summary>Whether it holds.</summary>
    [Required]
    [AllowedValues("True", "False", "Unknown")]
    public string? Status { get; init; }

    /// <summary>Why, as one word.</summary>
    [Required]
    public string? Reason { get; init; }

    /// <summary>Why, for an operator.</summary>
    public string? Message { get; init; }

    /// <summary>The generation of the object that this is about.</summary>
    public long? ObservedGeneration { get; init; }

    /// <summary>Since when the status is what it is.</summary>
    [Required]
    public DateTimeOffset? LastTransitionTime { get; init; }
}
