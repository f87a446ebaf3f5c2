using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Interop.Handles;
using Clovisor.Bpf.Programs;

namespace Clovisor.Bpf.Loading;

/// <summary>Hands program definitions to libbpf, before it loads.</summary>
internal static unsafe class ProgramSettings
{
    internal static void Apply(List<nint> native, List<BpfProgramDefinition> programs, string name)
    {
        RequireTypes(programs, name);
        for (int i = 0; i < native.Count; i++)
        {
            BpfProgramDefinition program = programs[i];
            if (program.AutoLoad != (LibBpf.bpf_program__autoload(native[i]) != 0))
            {
                Check(LibBpf.bpf_program__set_autoload(native[i], program.AutoLoad ? (byte)1 : (byte)0), "choose", program, name);
            }

            if (!program.AutoLoad)
            {
                continue;
            }

            if (program.Type != (BpfProgramType)LibBpf.bpf_program__type(native[i]))
            {
                Check(LibBpf.bpf_program__set_type(native[i], (int)program.Type), "set the type of", program, name);
            }

            if ((int)program.AttachType != LibBpf.bpf_program__expected_attach_type(native[i]))
            {
                Check(LibBpf.bpf_program__set_expected_attach_type(native[i], (int)program.AttachType), "set the attach type of", program, name);
            }

            SetTarget(native[i], program, name);
        }
    }

    internal static void Check(int result, string operation, BpfProgramDefinition program, string name)
    {
        if (result < 0)
        {
            throw BpfErrors.Create(operation, $"program {program.Name} of {name}", -result);
        }
    }

    private static void SetTarget(nint native, BpfProgramDefinition program, string name)
    {
        if (program.TargetFunction is null && program.TargetProgram is null)
        {
            return;
        }

        fixed (byte* function = program.TargetFunction is { } text ? NativeText.ToUtf8(text) : null)
        {
            int result;
            if (program.TargetProgram is { } target)
            {
                using BpfHandle.FdLease lease = target.Handle.Lease();
                result = LibBpf.bpf_program__set_attach_target(native, lease.Descriptor, function);
            }
            else
            {
                result = LibBpf.bpf_program__set_attach_target(native, 0, function);
            }

            if (result < 0)
            {
                throw BpfErrors.Create(
                    "set the target of", $"program {program.Name} of {name}", -result, $"{program.TargetProgram?.Name ?? "The kernel"} has no function {program.TargetFunction} that BTF knows.");
            }
        }
    }

    private static void RequireTypes(List<BpfProgramDefinition> programs, string name)
    {
        string[] unknown =
        [
            .. programs
                .Where(static program => program is { AutoLoad: true, Type: BpfProgramType.Unspecified })
                .Select(static program => $"{program.Name} in section \"{program.Section}\""),
        ];
        if (unknown.Length > 0)
        {
            throw new BpfException(
                "load", name, Errno.EINVAL, $"The section of these programs says no type that libbpf {BpfRuntime.LibBpfVersion} knows: {string.Join(", ", unknown)}. Name it as libbpf documents, for example SEC(\"tc\") or SEC(\"xdp\"), or set the definition's Type.");
        }
    }
}
