using Clovisor.Testing;
using Clovisor.Wan.Datapath;
using Clovisor.Wan.Model.Comparison;
using Clovisor.Wan.Model.Failures;
using Clovisor.Wan.Model.Kernel;
using Clovisor.Wan.Model.Mutants;
using Clovisor.Wan.Model.Packets;
using Clovisor.Wan.Model.Sockets;

namespace Clovisor.Wan.Tests.Datapath;

/// <summary>The programs do what the reference model says; <c>tests/datapath-model-report.sh</c> asks the same of millions of packets.</summary>
public sealed class ModelTests : IDisposable
{
    private readonly TestSite _site = new();

    public static TheoryData<string> Mutants() => [.. Mutant.All.Select(mutant => mutant.Name)];

    public void Dispose() => _site.Dispose();

    [KernelFact]
    public void The_programs_do_what_the_model_says()
    {
        Tally tally = Agree(SourceBuild.Compile(RedirectNotes.Prelude), 1, 16_000);
        Agree(KernelDatapath.Shipped(), 1_000_000, 4_000);

        // What needs a full table comes up as well.
        Assert.All(
            new[] { DatapathReason.OutTableFull, DatapathReason.InAnswersFull },
            reason => Assert.True(tally.Packets[reason] > 0, $"{reason} never came up."));
    }

    [KernelFact]
    public void Whatever_helper_fails_the_packet_is_dropped_and_counted()
    {
        using var kernel = new KernelDatapath(SourceBuild.Compile(FailingHelpers.Prelude), 256);
        var check = new FailureCheck(_site, kernel);

        Agrees(check.Run(1, 1_000));

        Assert.True(check.Tally.Packets[DatapathReason.OutFailed] > 0);
        Assert.True(check.Tally.Packets[DatapathReason.InFailed] > 0);
    }

    [KernelFact]
    public void Sockets_that_connect_are_entered_as_the_model_says()
    {
        using var kernel = new KernelDatapath(KernelDatapath.Shipped(), 12);
        using var check = new SocketCheck(_site, kernel);

        Agrees(check.Run(1, 500));

        Assert.All(
            new[] { DatapathReason.SockEntered, DatapathReason.SockUntagged, DatapathReason.SockLocal, DatapathReason.SockTableFull },
            reason => Assert.True(check.Tally.Packets[reason] > 0));
    }

    [KernelTheory]
    [MemberData(nameof(Mutants))]
    public void A_fault_in_the_programs_is_found(string name)
    {
        Difference? difference = Mutant.All.Single(mutant => mutant.Name == name).Find(_site, 1, 400_000);

        Assert.NotNull(difference);
        Assert.NotEmpty(difference.Steps);
    }

    [Fact]
    public void Checksums_are_those_of_the_standards()
    {
        // The examples of RFC 1071, part 3, and RFC 1624, part 4.
        Assert.Equal(0xddf2, Checksums.Sum([0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7]));
        Assert.Equal(0x0000, Checksums.Adjust(0xdd2f, [0x55, 0x55], [0x32, 0x85]));
    }

    private Tally Agree(byte[] elf, ulong seed, long packets)
    {
        using var large = new KernelDatapath(elf, 256);
        using var small = new KernelDatapath(elf, 4);
        var check = new ModelCheck(_site, [large, small]);
        Agrees(check.Run(seed, packets)?.ToString());
        return check.Tally;
    }

    // The whole text, which says where and how to see it again.
    private static void Agrees(string? difference) => Assert.True(difference is null, difference);
}
