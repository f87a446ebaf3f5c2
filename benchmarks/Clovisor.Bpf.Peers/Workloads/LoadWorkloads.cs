using Clovisor.Bpf.Instructions;
using Clovisor.Bpf.Links;
using Clovisor.Bpf.Networking;
using Clovisor.Bpf.Programs;

namespace Clovisor.Bpf.Peers.Workloads;

/// <summary>Loads a program of two instructions; closing it is not timed.</summary>
internal sealed class ProgramLoad : Workload
{
    private static readonly BpfProgramOptions Options = new() { License = "GPL" };

    private readonly BpfInstruction[] _instructions = Empty();
    private BpfProgram? _program;

    internal override int Length => 1;

    internal override int Chunk => 1;

    /// <summary>r0 = 0; exit</summary>
    internal static BpfInstruction[] Empty() => new BpfAssembler().Move(BpfRegister.R0, 0).Exit().ToArray();

    internal override int Run(int position)
    {
        _program = BpfProgram.Load(BpfProgramType.SchedulerClassifier, _instructions, Options);
        return 1;
    }

    internal override void Finish() => _program!.Dispose();
}

/// <summary>From the bytes of an object to the loaded object; closing it is not timed.</summary>
internal sealed class ObjectLoad : Workload
{
    private readonly byte[] _bytes = PeerPrograms.Read("obj_load.bpf.o");
    private BpfObjectFile? _file;
    private BpfObject? _object;

    internal override int Length => 1;

    internal override int Chunk => 1;

    internal override int Run(int position)
    {
        _file = BpfObjectFile.Open(_bytes, "obj_load.bpf.o");
        _object = _file.Load();
        return 1;
    }

    internal override void Finish()
    {
        Require(_object!.MapNames.Count >= 3 && _object.ProgramNames.Count == 1, "the object has other maps or programs");
        _object.Dispose();
        _file!.Dispose();
    }
}

/// <summary>Attaches a program to the loopback device of a namespace of its own by tcx, and closes the link.</summary>
internal sealed class TcxAttach : Workload
{
    private const int Loopback = 1;
    private static readonly TcAttachOptions Options = new() { Kind = TcAttachmentKind.Tcx };

    private readonly BpfProgram _program =
        BpfProgram.Load(BpfProgramType.SchedulerClassifier, ProgramLoad.Empty(), new BpfProgramOptions { License = "GPL" });

    internal override int Length => 1;

    internal override int Chunk => 1;

    internal override int Run(int position)
    {
        TcAttachment.Attach(_program, Loopback, TcDirection.Ingress, Options).Dispose();
        return 1;
    }

    internal override void Close() => _program.Dispose();
}
