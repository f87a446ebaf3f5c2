using Clovisor.Bpf.Programs;

namespace Clovisor.Bpf;

/// <summary>The programs of an object that were attached together, by <see cref="BpfObject.AttachAll"/>. Disposing it detaches them, the last one first.</summary>
/// <remarks>The attachments live on when the object and its programs are disposed. Reading is safe from any thread.</remarks>
public sealed class BpfAttachmentSet : IDisposable
{
    private readonly Dictionary<string, IDisposable> _attached = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _leftAlone = new(StringComparer.Ordinal);
    private readonly Stack<IDisposable> _order = new();

    internal BpfAttachmentSet()
    {
    }

    /// <summary>The attachments by the name of their program, of the type that the kind's own method gives. They belong to the set.</summary>
    public IReadOnlyDictionary<string, IDisposable> Attached => _attached;

    /// <summary>The programs that were not attached, and for each what to do about it.</summary>
    public IReadOnlyDictionary<string, string> LeftAlone => _leftAlone;

    /// <summary>Detaches. May be called more than once.</summary>
    public void Dispose()
    {
        while (_order.TryPop(out IDisposable? attachment))
        {
            attachment.Dispose();
        }
    }

    internal void Add(BpfProgram program)
    {
        if (!SectionTarget.TryFind(program, out Func<IDisposable>? attach, out string? reason))
        {
            _leftAlone.Add(program.Name, reason);
            return;
        }

        IDisposable attachment = attach();
        _order.Push(attachment);
        _attached.Add(program.Name, attachment);
    }
}
