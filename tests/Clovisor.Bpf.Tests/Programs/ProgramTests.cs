using Clovisor.Bpf.Programs;
using Clovisor.Testing;

namespace Clovisor.Bpf.Tests.Programs;

public sealed class ProgramTests
{
    [KernelFact]
    public void Describes_itself_as_the_kernel_does()
    {
        using BpfObject loaded = TestPrograms.Load(TestPrograms.Counter);
        using BpfProgram program = loaded.Program("count");

        // What procfs says of the descriptors of this process.
        string shown = Directory.EnumerateFiles("/proc/self/fdinfo").Select(ReadIfOpen)
            .First(text => text.Contains($"prog_id:\t{program.Id}\n", StringComparison.Ordinal));

        Assert.Contains($"prog_tag:\t{program.Tag}\n", shown, StringComparison.Ordinal);
        Assert.Contains($"prog_type:\t{(int)program.Type}\n", shown, StringComparison.Ordinal);
        Assert.Equal(BpfProgramType.SchedulerClassifier, program.Type);
        Assert.Equal("count", program.Name);
    }

    [KernelFact]
    public void A_pinned_program_is_opened_again_and_runs()
    {
        using var pins = new PinDirectory();
        string path = pins.Under("count");
        uint id;
        using (BpfObject loaded = TestPrograms.Load(TestPrograms.Counter))
        using (BpfProgram program = loaded.Program("count"))
        {
            program.Pin(path);
            id = program.Id;
        }

        using BpfProgram opened = BpfProgram.OpenPinned(path);
        Assert.Equal(id, opened.Id);
        Assert.Equal("count", opened.Name);
        Assert.Equal(-1, opened.TestRun(TestPrograms.Frame(), []).ReturnCode);
    }

    [KernelFact]
    public void Is_opened_by_its_number_while_it_lives()
    {
        uint id;
        using (BpfObject loaded = TestPrograms.Load(TestPrograms.Counter))
        using (BpfProgram program = loaded.Program("count"))
        {
            id = program.Id;
            using BpfProgram? opened = BpfProgram.OpenById(id);
            Assert.Equal(program.Tag, opened?.Tag);
        }

        Assert.True(SpinWait.SpinUntil(() => IsGone(id), TimeSpan.FromSeconds(5)));

        // The kernel frees a program a moment after its last descriptor is closed.
        static bool IsGone(uint id)
        {
            using BpfProgram? opened = BpfProgram.OpenById(id);
            return opened is null;
        }
    }

    [KernelFact]
    public void Opening_a_pin_of_another_kind_says_what_it_is_not()
    {
        using var pins = new PinDirectory();
        using BpfObject loaded = TestPrograms.Load(TestPrograms.Counter);
        using BpfProgram program = loaded.Program("count");
        program.Pin(pins.Under("p"));

        Assert.Contains("pins a program", Assert.Throws<BpfException>(() => Bpf.Maps.BpfMap.OpenPinned(pins.Under("p"))).Message, StringComparison.Ordinal);
        Assert.ThrowsAny<BpfException>(() => Bpf.Links.BpfLink.OpenPinned(pins.Under("p")));
        Assert.Equal("ENOENT", Assert.Throws<BpfException>(() => BpfProgram.OpenPinned(pins.Under("none"))).ErrnoName);
    }

    [KernelFact]
    public void Pinning_twice_at_one_path_is_refused_and_names_the_path()
    {
        using var pins = new PinDirectory();
        using BpfObject loaded = TestPrograms.Load(TestPrograms.Counter);
        using BpfProgram program = loaded.Program("count");
        program.Pin(pins.Under("p"));

        BpfException refused = Assert.Throws<BpfException>(() => program.Pin(pins.Under("p")));
        Assert.Equal("EEXIST", refused.ErrnoName);
        Assert.Contains(pins.Under("p"), refused.Message, StringComparison.Ordinal);
    }

    [KernelFact]
    public void Programs_and_maps_outlive_their_object()
    {
        BpfProgram program;
        Bpf.Maps.BpfHashMap<uint, ulong> lengths;
        using (BpfObject loaded = TestPrograms.Load(TestPrograms.Counter))
        {
            program = loaded.Program("count");
            lengths = loaded.HashMap<uint, ulong>("by_length");
        }

        GC.Collect();
        GC.WaitForPendingFinalizers();
        using (program)
        using (lengths)
        {
            program.TestRun(TestPrograms.Frame(), []);
            Assert.Equal(1UL, lengths[60]);
        }

        Assert.Throws<ObjectDisposedException>(() => program.TestRun(TestPrograms.Frame(), []));
    }

    private static string ReadIfOpen(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return ""; // closed since it was listed, by another thread
        }
    }
}
