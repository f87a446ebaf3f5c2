using System.Globalization;
using System.Text;

namespace Clovisor.Bpf.Instructions;

/// <summary>Prints instructions as the kernel's verifier does, so that a line here can be found in its log.</summary>
/// <remarks>
/// Maps are shown by descriptor or number instead of the address that the log has. An instruction that is not known is printed as its
/// bytes; nothing here throws. Safe to use from any thread.
/// </remarks>
public static class BpfDisassembler
{
    private static readonly string[] Alu = ["+=", "-=", "*=", "/=", "|=", "&=", "<<=", ">>=", "neg", "%=", "^=", "=", "s>>=", "endian"];
    private static readonly string[] Jumps = ["jmp", "==", ">", ">=", "&", "!=", "s>", "s>=", "call", "exit", "<", "<=", "s<", "s<="];
    private static readonly string[] Sizes = ["32", "16", "8", "64"];

    /// <summary>Prints a program, one instruction a line, each with its index and opcode. The second half of a wide instruction has no line.</summary>
    /// <param name="code">The instructions.</param>
    public static string Disassemble(ReadOnlySpan<BpfInstruction> code)
    {
        var text = new StringBuilder();
        for (int i = 0; i < code.Length; i++)
        {
            BpfInstruction instruction = code[i];
            int upper = instruction.IsWide && i + 1 < code.Length ? code[i + 1].Immediate : 0;
            text.Append(CultureInfo.InvariantCulture, $"{i}: {Format(instruction, upper)}").Append('\n');
            if (instruction.IsWide)
            {
                i++;
            }
        }

        return text.ToString();
    }

    /// <summary>Prints one instruction.</summary>
    /// <param name="instruction">The instruction.</param>
    /// <param name="upper">The constant of the next instruction, when this one is wide.</param>
    public static string Format(BpfInstruction instruction, int upper) =>
        string.Create(CultureInfo.InvariantCulture, $"({instruction.Opcode:x2}) {Text(instruction, upper)}");

    /// <summary>The C name of a helper: <c>bpf_map_lookup_elem</c>.</summary>
    /// <param name="helper">The helper; one that is not listed gives its number.</param>
    public static string NameOf(BpfHelper helper)
    {
        if (Enum.GetName(helper) is not { } pascal)
        {
            return string.Create(CultureInfo.InvariantCulture, $"helper {(int)helper}");
        }

        var name = new StringBuilder("bpf");
        foreach (char c in pascal)
        {
            if (char.IsAsciiLetterUpper(c))
            {
                name.Append('_');
            }

            name.Append(char.ToLowerInvariant(c));
        }

        return name.ToString();
    }

    private static string Text(BpfInstruction i, int upper)
    {
        string? text = (i.Opcode & Opcodes.ClassMask) switch
        {
            Opcodes.ClassAlu or Opcodes.ClassAlu64 => Arithmetic(i),
            Opcodes.ClassJump or Opcodes.ClassJump32 => Flow(i),
            Opcodes.ClassStore => Store(i),
            Opcodes.ClassStoreImmediate => (i.Opcode & Opcodes.ModeMask) == Opcodes.ModeMemory ? Invariant($"{Memory(i, i.Destination, 'u')} = {i.Immediate}") : null,
            Opcodes.ClassLoad => (i.Opcode & Opcodes.ModeMask) switch
            {
                Opcodes.ModeMemory => $"{Wide(i.Destination)} = {Memory(i, i.Source, 'u')}",
                Opcodes.ModeMemorySigned => $"{Wide(i.Destination)} = {Memory(i, i.Source, 's')}",
                _ => null,
            },
            _ => LoadImmediate(i, upper),
        };
        return text ?? Invariant($"unknown: dst {(int)i.Destination} src {(int)i.Source} off {i.Offset} imm {i.Immediate}");
    }

    private static string? Arithmetic(BpfInstruction i)
    {
        bool wide = (i.Opcode & Opcodes.ClassMask) == Opcodes.ClassAlu64;
        char letter = wide ? 'r' : 'w';
        int operation = i.Opcode & Opcodes.OperationMask;
        bool register = (i.Opcode & Opcodes.SourceRegister) != 0;
        string destination = Register(letter, i.Destination);
        switch (operation)
        {
            case Opcodes.Swap when wide:
                return Invariant($"{Wide(i.Destination)} = bswap{i.Immediate} {Wide(i.Destination)}");
            case Opcodes.Swap:
                return Invariant($"{Wide(i.Destination)} = {(register ? "be" : "le")}{i.Immediate} {Wide(i.Destination)}");
            case Opcodes.Negate:
                return $"{destination} = -{destination}";
            case > Opcodes.Swap:
                return null;
        }

        bool signed = i.Offset == 1 && operation is ((byte)BpfOperation.Divide or (byte)BpfOperation.Modulo);
        string symbol = (signed ? "s" : "") + Alu[operation >> 4];
        if (!register)
        {
            return Invariant($"{destination} {symbol} {i.Immediate}");
        }

        string extended = operation != Opcodes.Move ? "" : i.Offset switch { 8 => "(s8)", 16 => "(s16)", 32 => "(s32)", _ => "" };
        return $"{destination} {symbol} {extended}{Register(letter, i.Source)}";
    }

    private static string? Flow(BpfInstruction i)
    {
        bool wide = (i.Opcode & Opcodes.ClassMask) == Opcodes.ClassJump;
        char letter = wide ? 'r' : 'w';
        int operation = i.Opcode & Opcodes.OperationMask;
        return operation switch
        {
            Opcodes.JumpAlways => wide ? Invariant($"goto pc{i.Offset:+0;-0;+0}") : Invariant($"gotol pc{i.Immediate:+0;-0;+0}"),
            Opcodes.Call => Call(i),
            Opcodes.Exit => "exit",
            0xE0 => Invariant($"may_goto pc{i.Offset:+0;-0;+0}"),
            > 0xD0 => null,
            _ when (i.Opcode & Opcodes.SourceRegister) != 0 =>
                Invariant($"if {Register(letter, i.Destination)} {Jumps[operation >> 4]} {Register(letter, i.Source)} goto pc{i.Offset:+0;-0;+0}"),
            _ => Invariant($"if {Register(letter, i.Destination)} {Jumps[operation >> 4]} 0x{i.Immediate:x} goto pc{i.Offset:+0;-0;+0}"),
        };
    }

    private static string Call(BpfInstruction i) => (int)i.Source switch
    {
        Opcodes.CallLocal => Invariant($"call pc{i.Immediate:+0;-0;+0}"),
        Opcodes.CallKernel => Invariant($"call kernel-function#{i.Immediate}"),
        _ => Invariant($"call {NameOf((BpfHelper)i.Immediate)}#{i.Immediate}"),
    };

    private static string? Store(BpfInstruction i)
    {
        if ((i.Opcode & Opcodes.ModeMask) == Opcodes.ModeMemory)
        {
            return $"{Memory(i, i.Destination, 'u')} = {Wide(i.Source)}";
        }

        if ((i.Opcode & Opcodes.ModeMask) != Opcodes.ModeAtomic)
        {
            return null;
        }

        string place = Invariant($"(u{SizeOf(i)} *)({Wide(i.Destination)} {i.Offset:+0;-0;+0})");
        string bits = (i.Opcode & Opcodes.SizeMask) == (byte)BpfSize.DoubleWord ? "64" : "";
        string source = Wide(i.Source);
        return i.Immediate switch
        {
            (int)BpfAtomic.Add or (int)BpfAtomic.Or or (int)BpfAtomic.And or (int)BpfAtomic.ExclusiveOr =>
                $"lock *{place} {Alu[i.Immediate >> 4]} {source}",
            (int)BpfAtomic.FetchAdd => $"{source} = atomic{bits}_fetch_add({place}, {source})",
            (int)BpfAtomic.FetchOr => $"{source} = atomic{bits}_fetch_or({place}, {source})",
            (int)BpfAtomic.FetchAnd => $"{source} = atomic{bits}_fetch_and({place}, {source})",
            (int)BpfAtomic.FetchExclusiveOr => $"{source} = atomic{bits}_fetch_xor({place}, {source})",
            (int)BpfAtomic.Exchange => $"{source} = atomic{bits}_xchg({place}, {source})",
            (int)BpfAtomic.CompareExchange => $"r0 = atomic{bits}_cmpxchg({place}, r0, {source})",
            Opcodes.AtomicLoadAcquire => Invariant($"{Wide(i.Destination)} = load_acquire((u{SizeOf(i)} *)({source} {i.Offset:+0;-0;+0}))"),
            Opcodes.AtomicStoreRelease => $"store_release({place}, {source})",
            _ => null,
        };
    }

    private static string? LoadImmediate(BpfInstruction i, int upper) => (i.Opcode & Opcodes.ModeMask) switch
    {
        Opcodes.ModeAbsolute => Invariant($"r0 = *(u{SizeOf(i)} *)skb[{i.Immediate}]"),
        Opcodes.ModeIndirect => Invariant($"r0 = *(u{SizeOf(i)} *)skb[{Wide(i.Source)} + {i.Immediate}]"),
        Opcodes.ModeImmediate when i.IsWide => $"{Wide(i.Destination)} = " + (int)i.Source switch
        {
            Opcodes.PseudoMapDescriptor => Invariant($"map[fd:{i.Immediate}]"),
            Opcodes.PseudoMapValue => Invariant($"map[fd:{i.Immediate}][0]+{(uint)upper}"),
            Opcodes.PseudoMapIndex => Invariant($"map[idx:{i.Immediate}]"),
            Opcodes.PseudoMapIndexValue => Invariant($"map[idx:{i.Immediate}][0]+{(uint)upper}"),
            Opcodes.PseudoFunction => Invariant($"subprog[{i.Immediate:+0;-0;+0}]"),
            Opcodes.PseudoBtfId => Invariant($"btf[{i.Immediate}]"),
            _ => Invariant($"0x{(ulong)(uint)upper << 32 | (uint)i.Immediate:x}"),
        },
        _ => null,
    };

    private static string Memory(BpfInstruction i, BpfRegister address, char sign) =>
        Invariant($"*({sign}{SizeOf(i)} *)({Wide(address)} {i.Offset:+0;-0;+0})");

    private static string SizeOf(BpfInstruction i) => Sizes[(i.Opcode & Opcodes.SizeMask) >> 3];

    private static string Wide(BpfRegister register) => Register('r', register);

    private static string Register(char letter, BpfRegister register) => Invariant($"{letter}{(int)register}");

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
