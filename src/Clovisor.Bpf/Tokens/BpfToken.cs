using System.Runtime.InteropServices;
using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Interop.Handles;
using Clovisor.Bpf.Pinning;

namespace Clovisor.Bpf.Tokens;

/// <summary>The rights to some commands of bpf(2), delegated to a container by way of its BPF file system. From Linux 6.9.</summary>
/// <remarks>
/// Whoever runs the container mounts a BPF file system in the container's user namespace, with what it delegates: <c>mount -t bpf -o
/// delegate_cmds=any,delegate_maps=any,delegate_progs=any,delegate_attachs=any</c>. A process of that namespace that has CAP_BPF there makes a
/// token of it, and names it where a right is missing. Maps do so by themselves (see <see cref="Default"/>) or by
/// <see cref="Maps.BpfMapSpec.Token"/>, object files by <see cref="BpfObjectOptions.TokenPath"/>. Safe to use from any thread.
/// </remarks>
public sealed unsafe class BpfToken : IDisposable
{
    /// <summary>Names the BPF file system to take tokens from; the same variable as libbpf's.</summary>
    public const string PathVariable = "LIBBPF_BPF_TOKEN_PATH";

    private static readonly Lazy<BpfToken?> Found = new(FindDefault);

    private BpfToken(BpfHandle handle, string path)
    {
        Handle = handle;
        Path = path;
    }

    /// <summary>The token that is used where the kernel refuses and none was named: of the file system that <see cref="PathVariable"/> names, of
    /// <c>/sys/fs/bpf</c>, or of any other BPF file system that is mounted and delegates something. Looked for once, when a right is first
    /// missing.</summary>
    /// <value>Null when there is none, as in every process outside of a container.</value>
    public static BpfToken? Default => Found.Value;

    /// <summary>The BPF file system it is of.</summary>
    public string Path { get; }

    internal BpfHandle Handle { get; }

    /// <summary>Makes a token.</summary>
    /// <param name="path">The mount point of a BPF file system that delegates something.</param>
    /// <returns>The token; the caller disposes it.</returns>
    /// <exception cref="BpfPermissionException">The process is not in the file system's user namespace, or lacks CAP_BPF there.</exception>
    /// <exception cref="BpfNotSupportedException">The kernel has no tokens, or the file system belongs to the host's own user namespace.</exception>
    /// <exception cref="BpfException">The path is no mount point of a BPF file system, or it delegates nothing.</exception>
    public static BpfToken Create(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        int result = Try(path);
        return result >= 0 ? new BpfToken(new BpfHandle(result), path) : throw Failure(path, -result);
    }

    /// <summary>What it stands for, as the kernel says.</summary>
    /// <returns>The permissions; null before Linux 6.17, which does not say.</returns>
    public BpfTokenPermissions? ReadPermissions()
    {
        using BpfHandle.FdLease lease = Handle.Lease();
        TokenInfo info = default;
        return BpfSyscall.GetInfo(lease.Descriptor, ref info) < 0
            ? null
            : new BpfTokenPermissions(info.Commands, info.Maps, info.Programs, info.AttachTypes);
    }

    /// <summary>Closes the token. What was created by it stays.</summary>
    public void Dispose() => Handle.Dispose();

    /// <inheritdoc/>
    public override string ToString() => $"token of {Path}{(ReadPermissions() is { } permissions ? $": {permissions}" : "")}";

    /// <summary>Why a command was refused although there was a token.</summary>
    internal string Explain(BpfCommand command, Maps.BpfMapType type)
    {
        string by = $"the token of {Path}";
        return ReadPermissions() is not { } permissions
            ? $"It was tried with {by}, which may not delegate {command} or maps of type {type}: see the mount options delegate_cmds and delegate_maps."
            : !permissions.Allows(command)
                ? $"It was tried with {by}, which does not delegate the command {command}: mount the file system with it in delegate_cmds."
                : !permissions.Allows(type)
                    ? $"It was tried with {by}, which does not delegate maps of type {type}: mount the file system with it in delegate_maps."
                    : $"It was tried with {by}, which delegates it; the process lacks CAP_BPF in its user namespace, and for some types CAP_NET_ADMIN or CAP_PERFMON.";
    }

    private static int Try(string path)
    {
        fixed (byte* text = NativeText.ToUtf8(path))
        {
            int directory = LibC.open(text, LibC.O_RDONLY | LibC.O_CLOEXEC);
            if (directory < 0)
            {
                return -Marshal.GetLastPInvokeError();
            }

            using var owned = new BpfHandle(directory);
            var attributes = new TokenCreateAttributes { FileSystemDescriptor = (uint)directory };
            return BpfSyscall.Call(BpfCommand.TokenCreate, ref attributes);
        }
    }

    private static BpfException Failure(string path, int errno) => BpfErrors.Create("make a token of", path, errno, errno switch
    {
        Errno.EPERM => "A token is made inside of the user namespace that the BPF file system is mounted in, by a process with CAP_BPF there.",
        Errno.EOPNOTSUPP => "The file system belongs to the host's own user namespace, where rights are given by capabilities.",
        Errno.ENOENT => "There is no such path, or the file system delegates nothing: mount it with delegate_cmds, delegate_maps, delegate_progs or delegate_attachs.",
        Errno.EINVAL => "It is no mount point of a BPF file system, or the kernel is older than 6.9 and has no tokens.",
        _ => null,
    });

    private static BpfToken? FindDefault()
    {
        string? named = Environment.GetEnvironmentVariable(PathVariable);
        IEnumerable<string> paths = string.IsNullOrEmpty(named)
            ? BpfMounts.Paths().OrderBy(static path => path == BpfFileSystem.DefaultPath ? 0 : 1)
            : [named];
        foreach (string path in paths)
        {
            int result = Try(path);
            if (result >= 0)
            {
                return new BpfToken(new BpfHandle(result), path);
            }
        }

        return null;
    }
}
