using Clovisor.Bpf.Programs;

namespace Clovisor.Bpf;

/// <summary>A program as an object file defines it, before loading. Not safe for use from several threads at once.</summary>
public sealed class BpfProgramDefinition
{
    internal BpfProgramDefinition(string name, string section, BpfProgramType type, BpfAttachType attachType, bool autoLoad)
    {
        Name = name;
        Section = section;
        Type = type;
        AttachType = attachType;
        AutoLoad = autoLoad;
    }

    /// <summary>The name of the C function.</summary>
    public string Name { get; }

    /// <summary>Its ELF section, as <c>SEC("…")</c> names it.</summary>
    public string Section { get; }

    /// <summary>The type. The default comes from the section.</summary>
    /// <value><see cref="BpfProgramType.Unspecified"/> when the section says none; such a program cannot be loaded.</value>
    public BpfProgramType Type { get; set; }

    /// <summary>The hook it is checked for (<c>expected_attach_type</c>). The default comes from the section.</summary>
    public BpfAttachType AttachType { get; set; }

    /// <summary>Whether <see cref="BpfObjectFile.Load"/> loads it.</summary>
    /// <value>Default: true, unless its section starts with a question mark: <c>SEC("?tc")</c>.</value>
    public bool AutoLoad { get; set; }

    /// <summary>The kernel function, or the function of <see cref="TargetProgram"/>, that a tracing, LSM or extension program is for.</summary>
    /// <value>Default: null, what the section says.</value>
    public string? TargetFunction { get; set; }

    /// <summary>The loaded program that an extension (freplace) or tracing program is for; must stay open until the load is over.</summary>
    /// <value>Default: null, the kernel itself.</value>
    public BpfProgram? TargetProgram { get; set; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} ({Type}, SEC(\"{Section}\"))";
}
