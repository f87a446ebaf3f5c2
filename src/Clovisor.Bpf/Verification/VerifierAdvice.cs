namespace Clovisor.Bpf.Verification;

/// <summary>What to do about the reasons that programs are refused for most often.</summary>
internal static class VerifierAdvice
{
    // A phrase of the kernel's message, and the advice. The first that is found counts, so the more special ones stand first.
    private static readonly (string Phrase, string Advice)[] Known =
    [
        ("map_value_or_null", "A look-up may find nothing: compare its result with NULL before using it."),
        ("_or_null", "The pointer may be NULL: compare it with NULL before using it."),
        ("invalid access to packet", "Compare the end of what is read with skb->data_end (xdp: ctx->data_end) first, on the same pointer that is then used."),
        ("offset is outside of the packet", "Compare the end of what is read with skb->data_end (xdp: ctx->data_end) first, on the same pointer that is then used."),
        ("invalid access to map value", "Show the verifier that the offset is within the value: compare it with the size, or mask it, right before the access."),
        ("invalid access to memory", "Show the verifier that offset and length are within the memory: compare or mask them right before the access."),
        ("makes pkt pointer be out of bounds", "Bound the offset that is added to the packet pointer (compare or mask it) before adding."),
        ("pkt pointer offset", "Bound the offset that is added to the packet pointer (compare or mask it) before adding."),
        ("min value is negative", "Make the offset or length unsigned, or compare it with 0 first."),
        ("unbounded memory access", "Bound the length or offset from above: compare it, or mask it with a constant, right before the use."),
        ("unbounded min value", "Bound the value from below before it is used as an offset."),
        ("infinite loop detected", "A loop must change what its condition tests and end within the limit; use bpf_loop or a counter with a constant bound."),
        ("back-edge", "This kernel takes no loops: unroll it (#pragma unroll), or run on Linux 5.3 or newer."),
        ("BPF program is too large", "Verifying it takes too many steps: split it by tail calls, make functions global (not static), or use bpf_loop."),
        ("too many states", "Verifying it takes too many steps: make functions global (not static), or reduce the branches."),
        ("combined stack size", "The functions together use more than 512 bytes of stack: move large variables to a per-CPU array."),
        ("invalid indirect read from stack", "Bytes that a helper reads are not written on all paths, often padding of a struct: clear the struct with __builtin_memset first."),
        ("invalid read from stack", "Bytes of the stack that are read are not written on all paths, often padding of a struct: clear it with __builtin_memset first."),
        ("invalid write to stack", "The stack has 512 bytes; what is larger belongs into a per-CPU array."),
        ("misaligned", "Read the value byte by byte, or copy it with __builtin_memcpy to an aligned variable."),
        ("!read_ok", "A register is read that was not written on all paths: give the variable a value. After a call R1 to R5 are lost."),
        ("GPL-restricted function", "The helper is for GPL-compatible programs: char _license[] SEC(\"license\") = \"GPL\";"),
        ("cannot call GPL", "The helper is for GPL-compatible programs: char _license[] SEC(\"license\") = \"GPL\";"),
        ("program of this type cannot use helper", "This helper is not offered to programs of this type or at this place; BpfFeatures.Helper asks which are."),
        ("unknown func", "The kernel does not know this helper, or not for programs of this type; BpfFeatures.Helper asks which it knows."),
        ("invalid func", "The kernel does not know this helper, or not for programs of this type; BpfFeatures.Helper asks which it knows."),
        ("kernel btf is missing", "Use a kernel that is built with CONFIG_DEBUG_INFO_BTF, or give the path of its BTF."),
        ("invalid CO-RE relocation", "The kernel has no such type or member: test for it with bpf_core_type_exists or bpf_core_field_exists."),
        ("Unreleased reference", "What was acquired (bpf_sk_lookup_tcp, bpf_ringbuf_reserve …) must be released or submitted on every path."),
        ("reference leak", "What was acquired must be released on every path before the program ends."),
        ("must be released", "What was acquired must be released on every path before the program ends."),
        ("At program exit the register R0 has", "The program's result is outside of what this type may return: return one of the documented constants."),
        ("leaks addr", "Pointers must not leave the program: store a number instead, or run with CAP_PERFMON."),
        ("pointer arithmetic", "This arithmetic is not allowed on this kind of pointer: add a bounded offset instead."),
        ("pointer comparison prohibited", "Pointers of these kinds cannot be compared: compare numbers, or use helpers."),
        ("dereference of modified ctx ptr", "Read the context through the argument itself, at constant offsets."),
        ("invalid bpf_context access", "This member of the context cannot be read or written by this type of program, or not with this width."),
        ("invalid mem access 'scalar'", "A number is used as an address: read kernel memory by bpf_probe_read_kernel or BPF_CORE_READ, and keep pointers in pointers."),
        ("invalid mem access 'inv'", "A number is used as an address: read kernel memory by bpf_probe_read_kernel or BPF_CORE_READ, and keep pointers in pointers."),
        ("expected=fp", "The helper wants a pointer to the stack or a map value: copy the value to a local variable first."),
        ("last insn is not an exit", "The code runs off its end: return on every path."),
        ("unreachable insn", "Code that nothing leads to is refused: compile with -O2."),
        ("function calls are not allowed", "Calls are not allowed here: mark the function static __always_inline."),
        ("attach_btf_id", "The function or hook to attach to was not found, or cannot be attached to: check its name on this kernel."),
    ];

    internal static string? For(string reason, string[] lines)
    {
        foreach ((string phrase, string advice) in Known)
        {
            if (reason.Contains(phrase, StringComparison.Ordinal))
            {
                return advice;
            }
        }

        // The line before often names the kind of access where the last one names the register alone.
        string before = lines.Length >= 3 ? string.Join('\n', lines[^3..]) : "";
        foreach ((string phrase, string advice) in Known)
        {
            if (before.Contains(phrase, StringComparison.Ordinal))
            {
                return advice;
            }
        }

        return null;
    }
}
