using System.ComponentModel.DataAnnotations;
using Clovisor.Hosting.Kubernetes.Schema;
using Clovisor.Hosting.Kubernetes.Status;

namespace Clovisor.Hosting.Kubernetes.Resources;

/// <summary>Which sessions are meant, and which links carry them.</summary>
[CustomResource("wanassociations", "wa")]
[PrinterColumn("Sla", ".spec.sla")]
[PrinterColumn("Ready", ".status.conditions[?(@.type==\"Ready\")].status")]
[PrinterColumn("Nodes", ".status.summary")]
[PrinterColumn("Reason", ".status.conditions[?(@.type==\"Ready\")].reason")]
[PrinterColumn("Message", ".status.conditions[?(@.type==\"Ready\")].message", Wide = true)]
[PrinterColumn("Age", ".metadata.creationTimestamp", Type = "date")]
[CelRule(TextForm.ShortName, TextForm.ShortNameMessage)]
public sealed record WanAssociationResource
{
    /// <summary>What is wanted.</summary>
    [Required]
    public WanAssociationSpec? Spec { get; init; }

    /// <summary>What is. Written by Clovisor alone.</summary>
    public WanObjectStatus? Status { get; init; }
}
