using Clovisor.Bpf.Features;
using Clovisor.Bpf.Instructions;
using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Programs;
using Clovisor.Testing;

namespace Clovisor.Bpf.Tests;

/// <summary>What a machine that lacks something is told. The lack is made in a child process, which runs one test of this class.</summary>
public sealed class RuntimeTests
{
    private const string ChildVariable = "CLVT_CHILD";
    private static readonly string? Child = Environment.GetEnvironmentVariable(ChildVariable);

    [KernelFact]
    public void Finds_everything_on_a_machine_that_has_everything()
    {
        IReadOnlyList<BpfFinding> findings = BpfRuntime.Check();

        Assert.All(findings.Where(static finding => finding.IsRequired), static finding => Assert.Equal(BpfSupport.Supported, finding.Answer));
        Assert.All(findings.Where(static finding => finding.IsRequired), static finding => Assert.Null(finding.Remedy));
        Assert.True(BpfRuntime.IsLibBpfAvailable);
        Assert.Null(BpfRuntime.LibBpfUnavailableReason);
        Assert.True(Version.Parse(BpfRuntime.LibBpfVersion!) >= new Version(1, 0));
    }

    [Fact]
    public void A_missing_libbpf_is_named_with_the_package_to_install()
    {
        if (Child is null)
        {
            RunInChild(nameof(A_missing_libbpf_is_named_with_the_package_to_install), "env", "CLOVISOR_LIBBPF=/nonexistent/libbpf.so.1");
            return;
        }

        byte[] bytes = BpfCompiler.Compile(TestPrograms.Counter);
        BpfNotSupportedException refused = Assert.Throws<BpfNotSupportedException>(() => BpfObjectFile.Open(bytes, "x.bpf.o"));
        Assert.StartsWith("open x.bpf.o. libbpf is needed for it, and /nonexistent/libbpf.so.1 (set by CLOVISOR_LIBBPF) could not be loaded", refused.Message, StringComparison.Ordinal);
        Assert.Contains("apt-get install libbpf1", refused.Message, StringComparison.Ordinal);
        Assert.False(BpfRuntime.IsLibBpfAvailable);
        Assert.Null(BpfRuntime.LibBpfVersion);
        BpfFinding finding = Assert.Single(BpfRuntime.Check(), static finding => finding.Name == "libbpf");
        Assert.Equal(BpfSupport.Unsupported, finding.Answer);
        Assert.Contains("apt-get install libbpf1", finding.Remedy, StringComparison.Ordinal);
    }

    [KernelFact]
    public void Maps_work_without_libbpf()
    {
        if (Child is null)
        {
            RunInChild(nameof(Maps_work_without_libbpf), "env", "CLOVISOR_LIBBPF=/nonexistent/libbpf.so.1");
            return;
        }

        using BpfHashMap<uint, ulong> map = new(BpfMap.Create(BpfMapType.Hash, "clvt", 4, 8, 4));
        map[1] = 2;
        Assert.Equal(2UL, map[1]);
    }

    [Fact]
    public void A_library_that_is_not_libbpf_is_refused()
    {
        if (Child is null)
        {
            RunInChild(nameof(A_library_that_is_not_libbpf_is_refused), "env", "CLOVISOR_LIBBPF=libc.so.6");
            return;
        }

        Assert.Contains("is not libbpf 1.0 or newer", BpfRuntime.LibBpfUnavailableReason, StringComparison.Ordinal);
    }

    [KernelFact]
    public void A_process_without_capabilities_is_told_which_it_lacks()
    {
        if (Child is null)
        {
            RunInChild(nameof(A_process_without_capabilities_is_told_which_it_lacks), "setpriv", "--bounding-set=-all", "--inh-caps=-all", "env");
            return;
        }

        BpfPermissionException refused = Assert.Throws<BpfPermissionException>(() => TestPrograms.Load(TestPrograms.Counter));
        Assert.Equal("EPERM", refused.ErrnoName);
        Assert.Contains("capability", refused.Message, StringComparison.Ordinal);
        BpfFinding privilege = BpfRuntime.Check()[0];
        Assert.Equal(BpfSupport.Unsupported, privilege.Answer);
        Assert.Contains("CAP_BPF and CAP_NET_ADMIN", privilege.Detail, StringComparison.Ordinal);
        Assert.Equal(BpfSupport.Unknown, BpfFeatures.Tcx.Probe().Answer);
        Assert.Equal(BpfSupport.Unknown, BpfFeatures.BatchOperations.Probe().Answer);
        Assert.Equal(BpfSupport.Unknown, BpfFeatures.TestRun.Probe().Answer);
        Assert.All(Enum.GetValues<BpfProgramType>().Where(static type => type != 0), static type => Assert.Equal(BpfSupport.Unknown, BpfFeatures.ProgramType(type).Answer));
        Assert.All(Enum.GetValues<BpfAttachType>(), static place => Assert.Equal(BpfSupport.Unknown, BpfFeatures.AttachType(place).Answer));
        Assert.All(Enum.GetValues<BpfMapType>(), static type => Assert.NotEqual(BpfSupport.Unsupported, BpfFeatures.MapType(type).Answer));
        Assert.Equal(BpfSupport.Unknown, BpfFeatures.Helper(BpfProgramType.Xdp, BpfHelper.RedirectMap).Answer);
        Assert.Contains("Ask as root", BpfFeatures.ProgramType(BpfProgramType.Xdp).Reason, StringComparison.Ordinal);
    }

    [KernelFact]
    public void A_process_with_the_two_capabilities_alone_loads_and_runs()
    {
        if (Child is null)
        {
            RunInChild(nameof(A_process_with_the_two_capabilities_alone_loads_and_runs), "setpriv", "--bounding-set=-all,+bpf,+net_admin", "--inh-caps=-all", "env");
            return;
        }

        using BpfObject loaded = TestPrograms.Load(TestPrograms.Counter);
        using Bpf.Programs.BpfProgram program = loaded.Program("count");
        using Bpf.Maps.BpfHashMap<uint, ulong> lengths = loaded.HashMap<uint, ulong>("by_length");
        program.TestRun(TestPrograms.Frame(), []);
        Assert.Equal(1UL, lengths[60]);
        Assert.Equal(BpfSupport.Supported, BpfRuntime.Check()[0].Answer);
    }

    private static void RunInChild(string test, params string[] wrapper)
    {
        (int exit, string output, string errors) = Command.TryRun(
            wrapper[0], [.. wrapper[1..], $"{ChildVariable}=1", Environment.ProcessPath!, "--filter-method", $"*{test}"]);
        Assert.True(exit == 0 && output.Contains("succeeded: 1", StringComparison.Ordinal), $"{exit}: {output}{errors}");
    }
}
