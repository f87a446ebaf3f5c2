using System.ComponentModel.DataAnnotations;
using Clovisor.Hosting.Kubernetes.Schema;
using Clovisor.Hosting.Kubernetes.Status;

namespace Clovisor.Hosting.Kubernetes.Resources;

/// <summary>What a kind of traffic asks of a link.</summary>
[CustomResource("slaclasses", "sla")]
[PrinterColumn("Loss", ".spec.loss.enter")]
[PrinterColumn("Latency", ".spec.latency.enter")]
[PrinterColumn("Jitter", ".spec.jitter.enter")]
[PrinterColumn("Accepted", ".status.conditions[?(@.type==\"Accepted\")].status")]
[PrinterColumn("Age", ".metadata.creationTimestamp", Type = "date")]
[CelRule(TextForm.ShortName, TextForm.ShortNameMessage)]
public sealed record SlaClassResource
{
    /// <summary>What is wanted.</summary>
    [Required]
    public SlaClassSpec? Spec { get; init; }

    /// <summary>What is. Written by Clovisor alone.</summary>
    public WanObjectStatus? Status { get; init; }
}
