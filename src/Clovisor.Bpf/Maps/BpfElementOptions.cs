namespace Clovisor.Bpf.Maps;

/// <summary>How one element is read or written, with the kernel's numbers.</summary>
[Flags]
public enum BpfElementOptions
{
    /// <summary>The value is copied while programs may write it.</summary>
    None = 0,

    /// <summary>The value is copied under its <c>struct bpf_spin_lock</c> (BPF_F_LOCK): whole, as of one moment. Only for values that have
    /// one. From Linux 5.1.</summary>
    Locked = 4,
}
