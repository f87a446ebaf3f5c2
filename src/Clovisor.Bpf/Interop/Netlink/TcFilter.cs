namespace Clovisor.Bpf.Interop.Netlink;

/// <summary>A filter as the kernel lists it.</summary>
internal sealed record TcFilter(ushort Priority, uint Handle, string Kind, string Name, uint ProgramId)
{
    internal bool IsBpf => Kind == TrafficControl.BpfKind;
}
