using System.ComponentModel.DataAnnotations;
using Clovisor.Hosting.Kubernetes.Schema;
using Clovisor.Hosting.Kubernetes.Status;

namespace Clovisor.Hosting.Kubernetes.Resources;

/// <summary>An uplink of one or several nodes: a network device, how packets leave by it, and how its health is told.</summary>
[CustomResource("wanlinks", "wl")]
[PrinterColumn("Device", ".spec.device")]
[PrinterColumn("Role", ".spec.role")]
[PrinterColumn("Ready", ".status.conditions[?(@.type==\"Ready\")].status")]
[PrinterColumn("Nodes", ".status.summary")]
[PrinterColumn("Reason", ".status.conditions[?(@.type==\"Ready\")].reason")]
[PrinterColumn("Addressing", ".spec.addressing", Wide = true)]
[PrinterColumn("Message", ".status.conditions[?(@.type==\"Ready\")].message", Wide = true)]
[PrinterColumn("Age", ".metadata.creationTimestamp", Type = "date")]
[CelRule(TextForm.ShortName, TextForm.ShortNameMessage)]
public sealed record WanLinkResource
{
    /// <summary>What is wanted.</summary>
    [Required]
    public WanLinkSpec? Spec { get; init; }

    /// <summary>What is. Written by Clovisor alone.</summary>
    public WanObjectStatus? Status { get; init; }
}
