namespace Clovisor.Bpf.Interop;

/// <summary>Error numbers of Linux (the numbering of all architectures we run on) and their names.</summary>
internal static class Errno
{
    internal const int EPERM = 1;
    internal const int ENOENT = 2;
    internal const int EINTR = 4;
    internal const int E2BIG = 7;
    internal const int ENOEXEC = 8;
    internal const int EBADF = 9;
    internal const int EAGAIN = 11;
    internal const int ENOMEM = 12;
    internal const int EACCES = 13;
    internal const int EFAULT = 14;
    internal const int EBUSY = 16;
    internal const int EEXIST = 17;
    internal const int ENODEV = 19;
    internal const int EINVAL = 22;
    internal const int EFBIG = 27;
    internal const int ENOSPC = 28;
    internal const int ERANGE = 34;
    internal const int ENOLINK = 67;
    internal const int EBADMSG = 74;
    internal const int EOPNOTSUPP = 95;
    internal const int EAFNOSUPPORT = 97;
    internal const int ESTALE = 116;

    /// <summary>Not in errno.h: the kernel's own "not supported", which leaks out of bpf(2).</summary>
    internal const int ENOTSUPP = 524;

    private static readonly Dictionary<int, (string Name, string Text)> Known = new()
    {
        [EPERM] = ("EPERM", "Operation not permitted"),
        [ENOENT] = ("ENOENT", "No such file or directory"),
        [3] = ("ESRCH", "No such process"),
        [EINTR] = ("EINTR", "Interrupted by a signal"),
        [5] = ("EIO", "Input/output error"),
        [6] = ("ENXIO", "No such device or address"),
        [E2BIG] = ("E2BIG", "Argument list too long"),
        [ENOEXEC] = ("ENOEXEC", "Not an object of the expected format"),
        [EBADF] = ("EBADF", "Bad file descriptor"),
        [EAGAIN] = ("EAGAIN", "Try again"),
        [ENOMEM] = ("ENOMEM", "Out of memory"),
        [EACCES] = ("EACCES", "Permission denied"),
        [EFAULT] = ("EFAULT", "Bad address"),
        [EBUSY] = ("EBUSY", "Device or resource busy"),
        [EEXIST] = ("EEXIST", "Exists already"),
        [ENODEV] = ("ENODEV", "No such device"),
        [20] = ("ENOTDIR", "Not a directory"),
        [21] = ("EISDIR", "Is a directory"),
        [EINVAL] = ("EINVAL", "Invalid argument"),
        [23] = ("ENFILE", "Too many open files in the system"),
        [24] = ("EMFILE", "Too many open files"),
        [EFBIG] = ("EFBIG", "File too large"),
        [ENOSPC] = ("ENOSPC", "No space left"),
        [30] = ("EROFS", "Read-only file system"),
        [ERANGE] = ("ERANGE", "Result out of range"),
        [36] = ("ENAMETOOLONG", "Name too long"),
        [38] = ("ENOSYS", "Function not implemented"),
        [39] = ("ENOTEMPTY", "Directory not empty"),
        [40] = ("ELOOP", "Too many levels of symbolic links"),
        [ENOLINK] = ("ENOLINK", "Link has been severed"),
        [71] = ("EPROTO", "Protocol error"),
        [75] = ("EOVERFLOW", "Value too large"),
        [90] = ("EMSGSIZE", "Message too long"),
        [93] = ("EPROTONOSUPPORT", "Protocol not supported"),
        [EBADMSG] = ("EBADMSG", "Bad message"),
        [EOPNOTSUPP] = ("EOPNOTSUPP", "Operation not supported"),
        [EAFNOSUPPORT] = ("EAFNOSUPPORT", "Address family not supported"),
        [105] = ("ENOBUFS", "No buffer space available"),
        [110] = ("ETIMEDOUT", "Timed out"),
        [ESTALE] = ("ESTALE", "Stale: changed since it was read"),
        [ENOTSUPP] = ("ENOTSUPP", "Not supported by the kernel"),
    };

    internal static string NameOf(int errno) => Known.TryGetValue(errno, out var known) ? known.Name : "errno";

    internal static string TextOf(int errno) => Known.TryGetValue(errno, out var known) ? known.Text : "Unknown error";
}
