using Clovisor.Bpf.Pinning;

namespace Clovisor.Bpf;

/// <summary>How an object file is opened and loaded. Immutable.</summary>
public sealed record BpfObjectOptions
{
    /// <summary>The options when none are given.</summary>
    public static BpfObjectOptions Default { get; } = new();

    /// <summary>The BTF file of a kernel, for CO-RE on one that has none of its own.</summary>
    /// <value>Default: null, the running kernel's <c>/sys/kernel/btf/vmlinux</c>. fentry, LSM and struct_ops need that one in any case.</value>
    public string? KernelBtfPath { get; init; }

    /// <summary>The directory of maps that the C program pins by name (<c>__uint(pinning, LIBBPF_PIN_BY_NAME)</c>).</summary>
    /// <value>Default: <c>/sys/fs/bpf</c>. A directory that is missing is created for its owner alone when a map is pinned.</value>
    public string PinRoot { get; init; } = BpfFileSystem.DefaultPath;

    /// <summary>What happens when a map to pin finds its path taken. <see cref="BpfMapDefinition.PinPolicy"/> sets it for one map.</summary>
    /// <value>Default: <see cref="BpfPinPolicy.Reuse"/>.</value>
    public BpfPinPolicy PinPolicy { get; init; }

    /// <summary>How much the verifier writes about programs it accepts, to be read from <see cref="BpfObject.VerifierLog"/>.</summary>
    /// <value>Default: <see cref="BpfLogLevel.None"/>: only refused programs have a log, in their exception. Anything else makes loading slower.</value>
    public BpfLogLevel LogLevel { get; init; }

    /// <summary>Lines as of a kernel's <c>.config</c>, which add to and override it for <c>extern … __kconfig</c> variables.</summary>
    /// <value>Default: null, the running kernel's own alone.</value>
    public string? KernelConfig { get; init; }

    /// <summary>The BPF file system to take a token from for this object. Needs libbpf 1.5; see <see cref="Tokens.BpfToken"/>.</summary>
    /// <value>Default: null. From version 1.5 libbpf then looks by itself at <c>/sys/fs/bpf</c>, or where <c>LIBBPF_BPF_TOKEN_PATH</c> says.</value>
    public string? TokenPath { get; init; }
}
