using System.Collections.Concurrent;
using Clovisor.Bpf.Interop;

namespace Clovisor.Bpf.Features;

/// <summary>Remembers firm answers, and turns error numbers into answers.</summary>
internal sealed class ProbeAnswers<TQuestion>
    where TQuestion : notnull
{
    private readonly ConcurrentDictionary<TQuestion, BpfProbeResult> _known = new();

    internal BpfProbeResult Get(TQuestion question, Func<TQuestion, BpfProbeResult> ask)
    {
        if (_known.TryGetValue(question, out BpfProbeResult known))
        {
            return known;
        }

        BpfProbeResult result = ask(question);
        if (result.Answer != BpfSupport.Unknown)
        {
            _known[question] = result;
        }

        return result;
    }
}

/// <summary>How the kernel's answers are read.</summary>
internal static class ProbeAnswers
{
    internal static BpfProbeResult Yes(string reason) => new(BpfSupport.Supported, reason);

    internal static BpfProbeResult No(string reason) => new(BpfSupport.Unsupported, reason);

    internal static BpfProbeResult Unknown(string reason) => new(BpfSupport.Unknown, reason);

    /// <summary>
    /// An error number alone. EINVAL has many causes: it is a firm no only where <paramref name="control"/>, a call of the same kind
    /// that every kernel takes, succeeds in the same process.
    /// </summary>
    internal static BpfProbeResult FromErrno(string tried, int errno, Func<int> control)
    {
        string said = $"{tried} gave {Errno.NameOf(errno)}";
        switch (errno)
        {
            case Errno.EPERM or Errno.EACCES:
                return Unknown(Environment.IsPrivilegedProcess && control() >= 0
                    ? $"{said}, although the process is root and may load others: kernel lockdown, a security module or the kernel's build forbids it."
                    : $"{said}: the process may not ask. Ask as root.");
            case Errno.EINVAL or Errno.ENOTSUPP or Errno.EOPNOTSUPP or Errno.E2BIG:
                int result = control();
                return result >= 0
                    ? No($"{said}, where a call that every kernel takes succeeded.")
                    : Unknown($"{said}, and so did a call that every kernel takes ({Errno.NameOf(-result)}).");
            default:
                return Unknown($"{said}, which says neither.");
        }
    }
}
