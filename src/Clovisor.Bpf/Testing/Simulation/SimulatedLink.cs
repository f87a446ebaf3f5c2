using Clovisor.Bpf.Interop;

namespace Clovisor.Bpf.Testing.Simulation;

/// <summary>A program at a hook.</summary>
internal sealed class SimulatedLink : SimulatedObject
{
    internal SimulatedLink(SimulatedProgram program, HookList hook)
        : base(DescriptorKind.Link, "")
    {
        Program = program;
        Hook = hook;
        program.AddReference();
    }

    internal SimulatedProgram Program { get; private set; }

    internal HookList Hook { get; }

    internal bool IsDetached { get; private set; }

    internal void Replace(SimulatedProgram program)
    {
        program.AddReference();
        Program.Release();
        Program = program;
    }

    internal void Detach()
    {
        if (!IsDetached)
        {
            Hook.Remove(this);
            IsDetached = true;
        }
    }

    protected override void OnFree()
    {
        Detach();
        Program.Release();
    }
}
