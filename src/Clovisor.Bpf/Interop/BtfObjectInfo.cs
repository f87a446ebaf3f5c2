namespace Clovisor.Bpf.Interop;

/// <summary><c>struct bpf_btf_info</c>.</summary>
internal struct BtfObjectInfo
{
    internal ulong Data;
    internal uint Size, Id;
    internal ulong Name;
    internal uint NameLength, IsKernel;
}
