namespace Clovisor.Bpf.Tests.Contract;

/// <summary>Error numbers that the contract tests expect, by their C names.</summary>
internal static class KernelErrors
{
    internal const int EPERM = 1;
    internal const int ENOENT = 2;
    internal const int E2BIG = 7;
    internal const int EBADF = 9;
    internal const int EFAULT = 14;
    internal const int EBUSY = 16;
    internal const int EEXIST = 17;
    internal const int EINVAL = 22;
    internal const int ENOSPC = 28;
    internal const int EOPNOTSUPP = 95;
    internal const int ESTALE = 116;
    internal const int ENOTSUPP = 524;

    internal const ulong NotExisting = 1;
    internal const ulong Existing = 2;
    internal const ulong LockFlag = 4;
}
