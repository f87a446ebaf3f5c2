using Clovisor.Bpf.Interop.Handles;
using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Programs;

namespace Clovisor.Bpf.Instructions;

/// <summary>Writes small programs instruction by instruction: probes, tests, stubs. For anything larger write C.</summary>
/// <remarks>
/// Each method adds one instruction and gives the assembler back. Jumps go to labels; a jump that is too far for its 16-bit offset is an
/// error of <see cref="ToArray"/>. Needs neither clang nor libbpf. The encoding is that of RFC 9669. Not safe for use from several threads.
/// </remarks>
public sealed partial class BpfAssembler
{
    private readonly List<BpfInstruction> _code = [];
    private readonly List<(int Position, BpfMap Map)> _maps = [];
    private readonly List<(int Position, BpfLabel Label, Reference Kind)> _references = [];
    private readonly List<(string? Name, int Position)> _labels = [];

    private enum Reference
    {
        Jump,
        LongJump,
        Call,
        Function,
    }

    /// <summary>How many instructions there are, wide ones counted twice.</summary>
    public int Count => _code.Count;

    /// <summary>Makes a label, to be marked later or never jumped to.</summary>
    /// <param name="name">For error messages; null numbers it.</param>
    public BpfLabel DefineLabel(string? name = null)
    {
        _labels.Add((name, -1));
        return new BpfLabel(this, _labels.Count - 1);
    }

    /// <summary>Puts a label before the next instruction.</summary>
    /// <param name="label">A label of this assembler that is not marked yet.</param>
    /// <exception cref="ArgumentException">It belongs to another assembler.</exception>
    /// <exception cref="InvalidOperationException">It is marked already.</exception>
    public BpfAssembler MarkLabel(BpfLabel label)
    {
        Require(label);
        if (_labels[label.Index].Position >= 0)
        {
            throw new InvalidOperationException($"Label {NameOf(label)} is marked already, before instruction {_labels[label.Index].Position}.");
        }

        _labels[label.Index] = (_labels[label.Index].Name, _code.Count);
        return this;
    }

    /// <summary>Adds an instruction as it is.</summary>
    /// <param name="instruction">The instruction.</param>
    public BpfAssembler Add(BpfInstruction instruction)
    {
        _code.Add(instruction);
        return this;
    }

    /// <summary>The finished code, jumps resolved. Descriptors of maps are those of now: keep the maps until it is loaded.</summary>
    /// <exception cref="InvalidOperationException">Labels are jumped to but not marked, or too far away; all are listed.</exception>
    /// <exception cref="ObjectDisposedException">A map is disposed.</exception>
    public BpfInstruction[] ToArray()
    {
        BpfInstruction[] code = Resolve();
        foreach ((int position, BpfMap map) in _maps)
        {
            using BpfHandle.FdLease lease = map.Handle.Lease();
            Patch(code, position, lease.Descriptor);
        }

        return code;
    }

    /// <summary>Loads the code as a program. Needs CAP_BPF and, for network programs, CAP_NET_ADMIN, or root.</summary>
    /// <param name="type">The program's type.</param>
    /// <param name="options">Name, licence and more; null for the defaults.</param>
    /// <exception cref="InvalidOperationException">Labels are jumped to but not marked, or too far away; all are listed.</exception>
    /// <exception cref="BpfVerifierException">The verifier rejected it.</exception>
    /// <exception cref="BpfException">The kernel refused otherwise.</exception>
    public BpfProgram LoadProgram(BpfProgramType type, BpfProgramOptions? options = null)
    {
        BpfInstruction[] code = Resolve();
        var leased = new List<BpfHandle>(_maps.Count);
        try
        {
            foreach ((int position, BpfMap map) in _maps)
            {
                bool added = false;
                map.Handle.DangerousAddRef(ref added);
                leased.Add(map.Handle);
                Patch(code, position, (int)map.Handle.DangerousGetHandle());
            }

            return BpfProgram.Load(type, code, options);
        }
        finally
        {
            leased.ForEach(static handle => handle.DangerousRelease());
        }
    }

    private static void Patch(BpfInstruction[] code, int position, int descriptor)
    {
        BpfInstruction old = code[position];
        code[position] = new BpfInstruction(old.Opcode, old.Destination, old.Source, old.Offset, descriptor);
    }

    private BpfInstruction[] Resolve()
    {
        BpfInstruction[] code = [.. _code];
        var errors = new List<string>();
        foreach ((int position, BpfLabel label, Reference kind) in _references)
        {
            int target = _labels[label.Index].Position;
            int distance = target - position - 1;
            BpfInstruction old = code[position];
            if (target < 0)
            {
                errors.Add($"Instruction {position} goes to label {NameOf(label)}, which is not marked.");
            }
            else if (kind == Reference.Jump && distance != (short)distance)
            {
                errors.Add($"Instruction {position} jumps {distance} instructions to label {NameOf(label)}; an offset holds {short.MinValue} to {short.MaxValue}. Use JumpFar.");
            }
            else
            {
                code[position] = kind == Reference.Jump
                    ? new BpfInstruction(old.Opcode, old.Destination, old.Source, (short)distance, old.Immediate)
                    : new BpfInstruction(old.Opcode, old.Destination, old.Source, old.Offset, distance);
            }
        }

        return errors.Count == 0 ? code : throw new InvalidOperationException(string.Join(Environment.NewLine, errors));
    }

    private BpfAssembler Refer(BpfLabel label, Reference kind, BpfInstruction instruction)
    {
        Require(label);
        _references.Add((_code.Count, label, kind));
        return Add(instruction);
    }

    private void Require(BpfLabel label)
    {
        if (label.Owner != this)
        {
            throw new ArgumentException("The label was made by another assembler, or by none.", nameof(label));
        }
    }

    private string NameOf(BpfLabel label) => _labels[label.Index].Name ?? $"#{label.Index}";
}
