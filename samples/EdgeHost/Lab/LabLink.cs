namespace Clovisor.EdgeHost.Lab;

/// <summary>One WAN link: a pair of devices of the same name, one end at the edge, the other in the cloud.</summary>
/// <param name="Metric">Of the edge's default route over it: the lower one is taken when nobody decides otherwise.</param>
internal sealed record LabLink(string Device, string EdgeV4, string CloudV4, string EdgeV6, string CloudV6, int Metric);
