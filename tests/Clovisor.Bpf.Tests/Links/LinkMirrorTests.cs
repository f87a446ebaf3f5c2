using Clovisor.Bpf.Btf;
using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Links;
using Clovisor.Testing;

namespace Clovisor.Bpf.Tests.Links;

/// <summary>The numbers that links are made with, held against the running kernel's own BTF.</summary>
public sealed class LinkMirrorTests
{
    private static readonly Lazy<BtfTypeTable> Kernel = new(static () => BtfTypeTable.Parse(File.ReadAllBytes("/sys/kernel/btf/vmlinux")));

    [KernelFact]
    public void Every_link_type_of_the_kernel_is_named() =>
        Assert.Equal(Kernel.Value.Enum("bpf_link_type").Value("__MAX_BPF_LINK_TYPE"), Enum.GetValues<BpfLinkType>().Length);

    [KernelTheory]
    [InlineData(nameof(BpfCommand.ProgramAttach), "BPF_PROG_ATTACH")]
    [InlineData(nameof(BpfCommand.ProgramDetach), "BPF_PROG_DETACH")]
    [InlineData(nameof(BpfCommand.ProgramGetNextId), "BPF_PROG_GET_NEXT_ID")]
    [InlineData(nameof(BpfCommand.MapGetNextId), "BPF_MAP_GET_NEXT_ID")]
    [InlineData(nameof(BpfCommand.RawTracepointOpen), "BPF_RAW_TRACEPOINT_OPEN")]
    [InlineData(nameof(BpfCommand.TaskDescriptorQuery), "BPF_TASK_FD_QUERY")]
    [InlineData(nameof(BpfCommand.BtfGetNextId), "BPF_BTF_GET_NEXT_ID")]
    [InlineData(nameof(BpfCommand.LinkGetDescriptorById), "BPF_LINK_GET_FD_BY_ID")]
    [InlineData(nameof(BpfCommand.LinkGetNextId), "BPF_LINK_GET_NEXT_ID")]
    [InlineData(nameof(BpfCommand.EnableStatistics), "BPF_ENABLE_STATS")]
    [InlineData(nameof(BpfCommand.IteratorCreate), "BPF_ITER_CREATE")]
    [InlineData(nameof(BpfCommand.ProgramBindMap), "BPF_PROG_BIND_MAP")]
    public void Commands_have_the_kernels_numbers(string ours, string theirs) =>
        Assert.Equal(Kernel.Value.Enum("bpf_cmd").Value(theirs), (long)Enum.Parse<BpfCommand>(ours));
}
