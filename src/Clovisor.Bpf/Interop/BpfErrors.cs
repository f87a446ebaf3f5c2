namespace Clovisor.Bpf.Interop;

/// <summary>The one place where an error number becomes an exception.</summary>
internal static class BpfErrors
{
    /// <summary>Picks the exception type and the hint. <paramref name="hint"/>, where given, goes before the general one.</summary>
    internal static BpfException Create(string operation, string target, int errno, string? hint = null) => errno switch
    {
        Errno.EPERM or Errno.EACCES => new BpfPermissionException(operation, target, errno, Join(hint, PermissionHint())),
        Errno.ENOTSUPP or Errno.EOPNOTSUPP or 38 => new BpfNotSupportedException(
            operation, target, errno, Join(hint, "The running kernel does not offer this; BpfRuntime.Check() lists what it does.")),
        _ => new BpfException(operation, target, errno, hint ?? GeneralHint(errno)),
    };

    private static string PermissionHint() => Environment.IsPrivilegedProcess
        ? "The process is root, so a missing capability of its container, kernel lockdown or a security module refused it."
        : "Run as root, or with CAP_BPF and CAP_NET_ADMIN.";

    private static string? GeneralHint(int errno) => errno switch
    {
        Errno.ENOENT => "Nothing of that name exists.",
        Errno.EEXIST => "Remove the one that exists, or use another name.",
        Errno.ENODEV => "The network device does not exist in this network namespace.",
        Errno.ESTALE => "Somebody else changed it meanwhile; read it again and repeat.",
        Errno.ENOMEM => "The kernel could not allocate it: lower MaxEntries, or raise the memory limit of the cgroup.",
        24 => "Raise the limit of open files (ulimit -n), or dispose what is no longer used.",
        _ => null,
    };

    private static string Join(string? first, string second) => string.IsNullOrEmpty(first) ? second : $"{first} {second}";
}
