namespace Clovisor.Bpf.Features;

/// <summary>The answer to a question about the kernel.</summary>
public enum BpfSupport
{
    /// <summary>Could not be asked, for example without privilege: neither yes nor no.</summary>
    Unknown = 0,

    /// <summary>Yes.</summary>
    Supported = 1,

    /// <summary>No.</summary>
    Unsupported = 2,
}
