using Clovisor.Bpf.Instructions;
using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Programs;
using static Clovisor.Bpf.Tests.Contract.KernelErrors;

namespace Clovisor.Bpf.Tests.Contract;

/// <summary>Loading and running programs, on the fake and on the running kernel. What a program computes the fake does not know; here it is 0.</summary>
public sealed class ProgramContractTests
{
    [Theory, BothKernels]
    public void A_program_describes_itself(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using BpfProgram program = MapOfMapsContractTests.Small(BpfProgramType.Xdp);
        Assert.Equal(BpfProgramType.Xdp, program.Type);
        Assert.Equal("clvt_small", program.Name);
        using BpfProgram? again = BpfProgram.OpenById(program.Id);
        Assert.Equal(program.Tag, again!.Tag);
        Assert.Null(BpfProgram.OpenById(0x7FFFFFF0));
    }

    [Theory, BothKernels]
    public void Equal_code_has_equal_tags(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using BpfProgram a = MapOfMapsContractTests.Small(BpfProgramType.Xdp), b = MapOfMapsContractTests.Small(BpfProgramType.Xdp);
        Assert.Equal(a.Tag, b.Tag);
        Assert.NotEqual(a.Id, b.Id);
    }

    [Theory, BothKernels]
    public void A_run_gives_the_packet_back(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using BpfProgram program = MapOfMapsContractTests.Small(BpfProgramType.SchedulerClassifier);
        byte[] frame = TestPrograms.Frame(), output = new byte[60];
        BpfTestRunResult result = program.TestRun(frame, output);
        Assert.Equal(0, result.ReturnCode);
        Assert.Equal(60, result.OutputLength);
        Assert.Equal(frame, output);
    }

    [Theory, BothKernels]
    public void Too_small_an_output_is_cut_and_the_length_says_so(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using BpfProgram program = MapOfMapsContractTests.Small(BpfProgramType.SchedulerClassifier);
        byte[] output = new byte[20];
        Assert.Equal(60, program.TestRun(TestPrograms.Frame(), output).OutputLength);
        Assert.Equal(TestPrograms.Frame()[..20], output);
    }

    [Theory, BothKernels]
    public void A_packet_below_an_ethernet_header_is_refused(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using BpfProgram program = MapOfMapsContractTests.Small(BpfProgramType.SchedulerClassifier);
        Assert.Equal(EINVAL, Assert.Throws<BpfException>(() => program.TestRun(new byte[13], default)).Errno);
    }

    [Theory, BothKernels]
    public void A_program_keeps_the_maps_that_its_code_names(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        uint id;
        BpfProgram program;
        using (BpfMap map = BpfMap.Create(BpfMapType.Hash, "clvt", 4, 8, 4))
        {
            id = map.Id;
            using Interop.Handles.BpfHandle.FdLease lease = map.Handle.Lease();

            // r1 = map; r0 = 0; exit
            BpfInstruction[] code =
            [
                new(0x18, BpfRegister.R1, (BpfRegister)1, 0, lease.Descriptor), new(0, BpfRegister.R0, BpfRegister.R0, 0, 0),
                new(0xB7, BpfRegister.R0, BpfRegister.R0, 0, 0), new(0x95, BpfRegister.R0, BpfRegister.R0, 0, 0),
            ];
            program = BpfProgram.Load(BpfProgramType.SchedulerClassifier, code);
        }

        using (program)
        {
            var open = new IdAttributes { Id = id };
            int descriptor = BpfSyscall.Call(BpfCommand.MapGetDescriptorById, ref open);
            Assert.True(descriptor >= 0);
            new Interop.Handles.BpfHandle(descriptor).Dispose();
        }
    }

    [Theory, BothKernels]
    public void Code_that_names_no_map_by_its_descriptor_is_refused(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        BpfInstruction[] code =
        [
            new(0x18, BpfRegister.R1, (BpfRegister)1, 0, 0x7FFFFFF0), new(0, BpfRegister.R0, BpfRegister.R0, 0, 0),
            new(0xB7, BpfRegister.R0, BpfRegister.R0, 0, 0), new(0x95, BpfRegister.R0, BpfRegister.R0, 0, 0),
        ];
        Assert.Equal(EBADF, Assert.ThrowsAny<BpfException>(() => BpfProgram.Load(BpfProgramType.SchedulerClassifier, code)).Errno);
    }
}
