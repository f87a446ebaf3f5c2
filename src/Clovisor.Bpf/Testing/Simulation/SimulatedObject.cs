using Clovisor.Bpf.Interop;

namespace Clovisor.Bpf.Testing.Simulation;

/// <summary>What descriptors stand for. Lives while anything refers to it. Callers hold the kernel's lock.</summary>
internal abstract class SimulatedObject(DescriptorKind? kind, string name)
{
    private int _references;

    internal DescriptorKind? Kind { get; } = kind;

    internal string Name { get; } = name;

    /// <summary>Given by the kernel when the object is made; unique within its kind and never used again.</summary>
    internal uint Id { get; set; }

    internal int References => _references;

    /// <summary>Descriptors and pins, without what other objects hold.</summary>
    internal int UserReferences { get; private set; }

    /// <summary>Told when nothing refers to the object any more.</summary>
    internal Action<SimulatedObject>? Freed { get; set; }

    internal void AddReference() => _references++;

    internal void Release()
    {
        if (--_references == 0)
        {
            OnFree();
            Freed?.Invoke(this);
        }
    }

    internal void AddUserReference()
    {
        UserReferences++;
        AddReference();
    }

    internal void ReleaseUser()
    {
        if (--UserReferences == 0)
        {
            OnUserReferencesGone();
        }

        Release();
    }

    /// <summary>The last descriptor and the last pin are gone, though other objects may hold this one still.</summary>
    protected virtual void OnUserReferencesGone()
    {
    }

    protected virtual void OnFree()
    {
    }
}
