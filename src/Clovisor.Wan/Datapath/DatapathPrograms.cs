using Clovisor.Bpf;
using Clovisor.Bpf.Programs;

namespace Clovisor.Wan.Datapath;

/// <summary>The programs for devices of one kind: with Ethernet headers, or without.</summary>
internal sealed class DatapathPrograms : IDisposable
{
    internal const string L3Suffix = "_l3";

    internal DatapathPrograms(BpfObject loaded, string suffix)
    {
        Suffix = suffix;
        Egress = loaded.Program("clv_egress" + suffix);
        Ingress = loaded.Program("clv_ingress" + suffix);
        Lan = loaded.Program("clv_lan" + suffix);
    }

    /// <summary>What their names end in.</summary>
    internal string Suffix { get; }

    internal BpfProgram Egress { get; }

    internal BpfProgram Ingress { get; }

    internal BpfProgram Lan { get; }

    /// <summary>Has those programs loaded whose names end so, and no others.</summary>
    internal static void Choose(BpfObjectFile file, string suffix)
    {
        foreach (BpfProgramDefinition program in file.Programs)
        {
            program.AutoLoad = program.Name.EndsWith(L3Suffix, StringComparison.Ordinal) == (suffix == L3Suffix);
        }
    }

    public void Dispose()
    {
        Egress.Dispose();
        Ingress.Dispose();
        Lan.Dispose();
    }
}
