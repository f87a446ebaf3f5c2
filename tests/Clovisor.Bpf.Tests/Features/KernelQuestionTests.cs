using System.IO.Compression;
using System.Runtime.InteropServices;
using Clovisor.Bpf.Features;
using Clovisor.Bpf.Instructions;
using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Programs;
using Clovisor.Testing;

namespace Clovisor.Bpf.Tests.Features;

/// <summary>What the kernel offers, held against libbpf's own probes and the kernel's configuration.</summary>
public sealed unsafe class KernelQuestionTests
{
    private static readonly nint LibBpf = NativeLibrary.Load("libbpf.so.1");
    private static readonly Lazy<HashSet<string>?> Configuration = new(ReadConfiguration);

    public static TheoryData<BpfProgramType> ProgramTypes => [.. Enum.GetValues<BpfProgramType>().Where(static type => type != 0)];

    public static TheoryData<BpfMapType> MapTypes => [.. Enum.GetValues<BpfMapType>().Where(static type => type != 0)];

    [KernelTheory]
    [MemberData(nameof(ProgramTypes))]
    public void Program_types_are_answered_as_libbpf_answers(BpfProgramType type)
    {
        BpfProbeResult ours = BpfFeatures.ProgramType(type);
        int theirs = ((delegate* unmanaged<int, void*, int>)NativeLibrary.GetExport(LibBpf, "libbpf_probe_bpf_prog_type"))((int)type, null);

        // libbpf answers with an error for types that it does not know itself, and takes every refusal for a no.
        bool forbidden = theirs == 0 && ours.Answer == BpfSupport.Unknown && ours.Reason.Contains("gave EPERM, although", StringComparison.Ordinal);
        Assert.True(forbidden || theirs < 0 || ours.Answer == (theirs == 1 ? BpfSupport.Supported : BpfSupport.Unsupported), $"libbpf: {theirs}. {ours}");
        Assert.True(forbidden || ours.Answer != BpfSupport.Unknown, ours.Reason);
        Assert.Equal(ours, BpfFeatures.ProgramType(type));
    }

    [KernelTheory]
    [MemberData(nameof(MapTypes))]
    public void Map_types_are_answered_as_libbpf_answers(BpfMapType type)
    {
        BpfProbeResult ours = BpfFeatures.MapType(type);
        int theirs = ((delegate* unmanaged<int, void*, int>)NativeLibrary.GetExport(LibBpf, "libbpf_probe_bpf_map_type"))((int)type, null);
        Assert.True(theirs < 0 || ours.Answer == (theirs == 1 ? BpfSupport.Supported : BpfSupport.Unsupported), $"libbpf: {theirs}. {ours}");
        Assert.NotEqual(BpfSupport.Unknown, ours.Answer);
    }

    [KernelFact]
    public void Helpers_are_answered_as_libbpf_answers()
    {
        var probe = (delegate* unmanaged<int, int, void*, int>)NativeLibrary.GetExport(LibBpf, "libbpf_probe_bpf_helper");
        BpfProgramType[] types = [BpfProgramType.SchedulerClassifier, BpfProgramType.Xdp, BpfProgramType.Kprobe, BpfProgramType.SocketOperations, BpfProgramType.CgroupSocketAddress];
        int no = 0, yes = 0;
        foreach (BpfProgramType type in types)
        {
            foreach (BpfHelper helper in Enum.GetValues<BpfHelper>().Where(static helper => helper != 0))
            {
                BpfProbeResult ours = BpfFeatures.Helper(type, helper);
                int theirs = probe((int)type, (int)helper, null);

                // Before 1.4 libbpf looks for a wording that newer kernels do not use, and takes a plain refusal for a yes.
                bool misread = theirs == 1 && ours.Reason.Contains("program of this type cannot use helper", StringComparison.Ordinal);
                Assert.True(misread || theirs < 0 || ours.Answer == (theirs == 1 ? BpfSupport.Supported : BpfSupport.Unsupported), $"{type} {helper}: libbpf: {theirs}. {ours}");
                Assert.NotEqual(BpfSupport.Unknown, ours.Answer);
                _ = ours.Answer == BpfSupport.Supported ? yes++ : no++;
            }
        }

        Assert.True(yes > 200 && no > 200, $"{yes} yes, {no} no");
    }

    [KernelFact]
    public void Helpers_that_are_offered_to_one_type_alone_are_told_apart()
    {
        Assert.Equal(BpfSupport.Supported, BpfFeatures.Helper(BpfProgramType.Xdp, BpfHelper.XdpAdjustHead).Answer);
        Assert.Equal(BpfSupport.Unsupported, BpfFeatures.Helper(BpfProgramType.SchedulerClassifier, BpfHelper.XdpAdjustHead).Answer);
        Assert.Equal(BpfSupport.Supported, BpfFeatures.Helper(BpfProgramType.SchedulerClassifier, BpfHelper.RedirectNeigh).Answer);
        Assert.Equal(BpfSupport.Unsupported, BpfFeatures.Helper(BpfProgramType.Xdp, (BpfHelper)5000).Answer);
        Assert.Equal(BpfSupport.Unsupported, BpfFeatures.Helper((BpfProgramType)500, BpfHelper.MapLookupElem).Answer);
        Assert.Equal(BpfSupport.Unknown, BpfFeatures.Helper(BpfProgramType.Tracing, BpfHelper.MapLookupElem).Answer);
    }

    [KernelFact]
    public void Every_place_gets_a_firm_answer_and_the_configurations()
    {
        if (Configuration.Value is not { } configuration)
        {
            Assert.Skip("the kernel does not show its configuration at /proc/config.gz");
            return;
        }

        Assert.All(Enum.GetValues<BpfAttachType>(), place =>
        {
            string needed = place switch
            {
                BpfAttachType.NetkitPrimary or BpfAttachType.NetkitPeer => "CONFIG_NETKIT",
                BpfAttachType.LircMode2 => "CONFIG_BPF_LIRC_MODE2",
                BpfAttachType.TraceKprobeMulti or BpfAttachType.TraceKprobeSession => "CONFIG_KPROBES",
                BpfAttachType.TraceUprobeMulti or BpfAttachType.TraceUprobeSession => "CONFIG_UPROBES",
                BpfAttachType.LsmMac or BpfAttachType.LsmCgroup => "CONFIG_BPF_LSM",
                BpfAttachType.Netfilter => "CONFIG_NETFILTER_BPF_LINK",
                BpfAttachType.SocketSkbStreamParser => "CONFIG_BPF_STREAM_PARSER",
                _ => "CONFIG_BPF_SYSCALL",
            };
            BpfProbeResult result = BpfFeatures.AttachType(place);
            if (result.Answer == BpfSupport.Unknown)
            {
                // Some kernels forbid programs at their functions to everybody, configured or not.
                Assert.Contains("gave EPERM, although", result.Reason, StringComparison.Ordinal);
                Assert.Contains(place, (BpfAttachType[])[BpfAttachType.TraceFentry, BpfAttachType.TraceFexit, BpfAttachType.ModifyReturn, BpfAttachType.LsmMac, BpfAttachType.LsmCgroup]);
                return;
            }

            Assert.Equal((place, configuration.Contains(needed) ? BpfSupport.Supported : BpfSupport.Unsupported), (place, result.Answer));
            Assert.NotEmpty(result.Reason);
        });
        Assert.Equal(BpfSupport.Unknown, BpfFeatures.AttachType((BpfAttachType)900).Answer);
    }

    [KernelFact]
    public void What_no_kernel_has_is_a_firm_no()
    {
        Assert.Equal(BpfSupport.Unsupported, BpfFeatures.ProgramType((BpfProgramType)900).Answer);
        Assert.Equal(BpfSupport.Unsupported, BpfFeatures.MapType((BpfMapType)900).Answer);
    }

    [KernelTheory]
    [InlineData((int)BpfCommand.ProgramLoad, Errno.EINVAL)]
    [InlineData((int)BpfCommand.ProgramLoad, Errno.EPERM)]
    [InlineData((int)BpfCommand.ProgramLoad, Errno.ENOMEM)]
    public void A_refusal_that_hits_everything_is_no_answer(int command, int errno) =>
        SyscallFault.Run(errno, [command], () =>
        {
            BpfProbeResult result = ProgramProbes.Type(BpfProgramType.Xdp);
            Assert.Equal(BpfSupport.Unknown, result.Answer);
            Assert.Contains(Errno.NameOf(errno), result.Reason, StringComparison.Ordinal);
        });

    private static HashSet<string>? ReadConfiguration()
    {
        const string Path = "/proc/config.gz";
        if (!File.Exists(Path))
        {
            return null;
        }

        using var reader = new StreamReader(new GZipStream(File.OpenRead(Path), CompressionMode.Decompress));
        return [.. reader.ReadToEnd().Split('\n').Where(static line => line.EndsWith("=y", StringComparison.Ordinal) || line.EndsWith("=m", StringComparison.Ordinal)).Select(static line => line[..line.IndexOf('=')])];
    }
}
