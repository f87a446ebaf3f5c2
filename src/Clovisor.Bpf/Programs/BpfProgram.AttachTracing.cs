using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Interop.Handles;
using Clovisor.Bpf.Links;
using Clovisor.Bpf.Tracing;

namespace Clovisor.Bpf.Programs;

// Attaching to what the program was loaded for, and to many functions at once.
public sealed partial class BpfProgram
{
    private const uint AtReturnFlag = 1;

    /// <summary>
    /// Attaches the program to the kernel function or hook that it was loaded for: fentry, fexit, fmod_ret, a security hook (<c>lsm</c>), a trace point with BTF
    /// (<c>tp_btf</c>). Needs CAP_PERFMON and CAP_BPF, or root. From Linux 5.5; security hooks from 5.7, where <c>bpf</c> must stand in <c>/sys/kernel/security/lsm</c>.
    /// </summary>
    /// <param name="cookie">A number that the program reads by <c>bpf_get_attach_cookie</c>. From Linux 5.18.</param>
    /// <exception cref="ArgumentException">The program is of another type.</exception>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public BpfLink AttachTracing(ulong cookie = 0)
    {
        RequireType("a kernel function", BpfProgramType.Tracing, BpfProgramType.Lsm);
        int result = -Errno.EINVAL;
        BpfLink? link = null;
        if (ExpectedAttachType is { } attachType and not BpfAttachType.TraceIterator)
        {
            var attributes = new LinkCreateAttributes { AttachType = (uint)attachType, Tracing = new LinkCreateAttributes.TracingTail { Cookie = cookie } };
            result = LinkCommands.TryCreate(this, ref attributes, out link);
        }

        if (link is null && cookie == 0 && LinkCommands.MayBeMissing(result))
        {
            result = LinkCommands.TryOpenRawTracepoint(this, null, 0, out link);
        }

        return link ?? throw BpfErrors.Create("attach", $"{Name} to what it was loaded for", -result, result switch
        {
            -Errno.EBUSY => "Another program of this kind is attached there, or the kernel cannot change the function now.",
            -Errno.EINVAL when cookie != 0 => "A cookie needs Linux 5.18, and the program's attach type must be known.",
            -Errno.EINVAL => "The program was loaded for no kernel function; iterators are attached by AttachIterator.",
            -Errno.EOPNOTSUPP => "This machine's kernel cannot redirect its functions.",
            _ => null,
        });
    }

    /// <summary>Attaches the program to a trace point, with its arguments as the kernel passes them. Needs CAP_PERFMON and CAP_BPF, or root. From Linux 4.17.</summary>
    /// <param name="name">The trace point, without its category: <c>sched_switch</c>.</param>
    /// <param name="cookie">A number that the program reads by <c>bpf_get_attach_cookie</c>. From Linux 6.10.</param>
    /// <exception cref="ArgumentException">The program is of another type.</exception>
    /// <exception cref="BpfException">There is no such trace point, or the kernel refused otherwise.</exception>
    public BpfLink AttachRawTracepoint(string name, ulong cookie = 0)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        RequireType("a raw trace point", BpfProgramType.RawTracepoint, BpfProgramType.RawTracepointWritable);
        int result = LinkCommands.TryOpenRawTracepoint(this, name, cookie, out BpfLink? link);
        return link ?? throw BpfErrors.Create($"attach {Name} to raw trace point", name, -result, result switch
        {
            -Errno.ENOENT => "The kernel has no such trace point, or its module is not loaded. Raw trace points are named without a category.",
            -Errno.EINVAL => cookie == 0 ? "The program reads more arguments than the trace point has." : "A cookie needs Linux 6.10.",
            _ => null,
        });
    }

    /// <summary>Puts the program in the place of a function of another program (<c>freplace</c>), until the link ends. Needs CAP_BPF and what the other program needed. From Linux 5.6.</summary>
    /// <exception cref="ArgumentException">The program is of another type.</exception>
    /// <exception cref="BpfException">The function is replaced already, or the kernel refused otherwise.</exception>
    public BpfLink AttachExtension()
    {
        RequireType("a function of a program", BpfProgramType.Extension);
        int result = LinkCommands.TryOpenRawTracepoint(this, null, 0, out BpfLink? link);
        return link ?? throw BpfErrors.Create("put", $"{Name} in the place of the function that it was loaded for", -result, result switch
        {
            -Errno.EBUSY => "The function is replaced or traced already.",
            _ => null,
        });
    }

    /// <summary>
    /// Attaches the program to many kernel functions by one link. Needs a program made for it (<c>kprobe.multi</c>), CAP_PERFMON and CAP_BPF, or root. From Linux 5.18.
    /// </summary>
    /// <param name="functions">The functions, as <c>/proc/kallsyms</c> names them; none may be missing.</param>
    /// <param name="cookies">A number each, that the program reads by <c>bpf_get_attach_cookie</c>; empty for none.</param>
    /// <param name="atReturn">Whether the program runs when a function returns.</param>
    /// <exception cref="ArgumentException">The program is of another type, there are no functions, or another number of cookies.</exception>
    /// <exception cref="BpfException">A function does not exist, or the kernel has no such links.</exception>
    public unsafe BpfLink AttachKprobeMulti(IReadOnlyList<string> functions, ReadOnlySpan<ulong> cookies = default, bool atReturn = false)
    {
        ArgumentNullException.ThrowIfNull(functions);
        RequireType("kernel functions", BpfProgramType.Kprobe);
        RequireMany(functions.Count, cookies.Length);
        using var names = new NativeTextList(functions);
        fixed (ulong* cookieList = cookies)
        {
            var attributes = new LinkCreateAttributes
            {
                AttachType = (uint)BpfAttachType.TraceKprobeMulti,
                KprobeMulti = new LinkCreateAttributes.KprobeMultiTail
                {
                    Flags = atReturn ? AtReturnFlag : 0,
                    Count = (uint)functions.Count,
                    Symbols = names.Address,
                    Cookies = (ulong)cookieList,
                },
            };
            int result = LinkCommands.TryCreate(this, ref attributes, out BpfLink? link);
            return link ?? throw RefuseMany(-result, $"{functions.Count} kernel functions", "CONFIG_FPROBE, Linux 5.18");
        }
    }

    /// <summary>
    /// Attaches the program to many functions of one program or library by one link. Needs a program made for it (<c>uprobe.multi</c>), CAP_PERFMON and CAP_BPF, or
    /// root. From Linux 6.6.
    /// </summary>
    /// <param name="path">The program or library.</param>
    /// <param name="offsets">The places, in bytes from the start of the file; <see cref="UserFunction.Find"/> finds them by name.</param>
    /// <param name="cookies">A number each, that the program reads by <c>bpf_get_attach_cookie</c>; empty for none.</param>
    /// <param name="atReturn">Whether the program runs when a function returns.</param>
    /// <param name="processId">The process that is probed; 0 for all.</param>
    /// <exception cref="ArgumentException">The program is of another type, there are no places, or another number of cookies.</exception>
    /// <exception cref="BpfException">A place cannot be probed, or the kernel has no such links.</exception>
    public unsafe BpfLink AttachUprobeMulti(
        string path, ReadOnlySpan<long> offsets, ReadOnlySpan<ulong> cookies = default, bool atReturn = false, int processId = 0)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        RequireType("user functions", BpfProgramType.Kprobe);
        RequireMany(offsets.Length, cookies.Length);
        fixed (byte* file = NativeText.ToUtf8(path))
        fixed (long* places = offsets)
        fixed (ulong* cookieList = cookies)
        {
            var attributes = new LinkCreateAttributes
            {
                AttachType = (uint)BpfAttachType.TraceUprobeMulti,
                UprobeMulti = new LinkCreateAttributes.UprobeMultiTail
                {
                    Path = (ulong)file,
                    Offsets = (ulong)places,
                    Cookies = (ulong)cookieList,
                    Count = (uint)offsets.Length,
                    Flags = atReturn ? AtReturnFlag : 0,
                    ProcessId = (uint)processId,
                },
            };
            int result = LinkCommands.TryCreate(this, ref attributes, out BpfLink? link);
            return link ?? throw RefuseMany(-result, $"{offsets.Length} functions of {path}", "Linux 6.6");
        }
    }

    /// <summary>Prepares an iterator: each time it is read, the program runs for every object of its kind. Needs CAP_BPF and CAP_PERFMON, or root. From Linux 5.8.</summary>
    /// <param name="options">Which objects; null for all.</param>
    /// <exception cref="ArgumentException">The program is of another type.</exception>
    /// <exception cref="BpfException">The program walks other objects than the options name, or the kernel refused otherwise.</exception>
    public BpfIterator AttachIterator(BpfIteratorOptions? options = null)
    {
        RequireType("an iterator", BpfProgramType.Tracing);
        return BpfIterator.Attach(this, options ?? new BpfIteratorOptions());
    }

    private static void RequireMany(int count, int cookies)
    {
        ArgumentOutOfRangeException.ThrowIfZero(count);
        if (cookies != 0 && cookies != count)
        {
            throw new ArgumentException($"There are {count} functions and {cookies} cookies: give one each, or none.");
        }
    }

    private BpfException RefuseMany(int errno, string target, string needs) => BpfErrors.Create($"attach {Name} to", target, errno, errno switch
    {
        Errno.EINVAL when ExpectedAttachType is not (BpfAttachType.TraceKprobeMulti or BpfAttachType.TraceUprobeMulti
            or BpfAttachType.TraceKprobeSession or BpfAttachType.TraceUprobeSession) => "The program was not loaded for many functions: its section must be kprobe.multi or uprobe.multi.",
        Errno.EINVAL or Errno.EOPNOTSUPP => $"The kernel has no such links ({needs}), or names a function twice.",
        3 or Errno.ENOENT => "One of the functions does not exist, or may not be probed.",
        _ => null,
    });
}
