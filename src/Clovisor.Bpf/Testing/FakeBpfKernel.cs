using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Testing.Simulation;
using Clovisor.Bpf.Testing.Simulation.Maps;

namespace Clovisor.Bpf.Testing;

/// <summary>
/// A kernel for tests: maps, programs, links and pins behave as those of Linux, without root, without touching the machine. The code under test is
/// the same: within <see cref="Enter"/>, whatever it creates, loads or opens is of this kernel.
/// </summary>
/// <remarks>
/// <para>Maps with elements are hash, LRU hash, array, their per-CPU forms, LPM trie, queue, stack, bloom filter, program array, array and hash
/// of maps; ring buffers and arrays can be mapped into memory. Capacity, flags, freezing, read-only descriptors, batches and error numbers are
/// the kernel's; the same tests run on both. Maps of other types can be made, found and pinned, and answer ENOTSUPP for elements.</para>
/// <para>Not simulated: the verifier and the running of programs (see <see cref="RunProgram"/> and <see cref="RefuseProgram"/>), spin locks in
/// values, netlink (clsact, XDP without links). An LRU map evicts exactly the oldest, only when it is full; the kernel evicts roughly and early.
/// Files of the machine such as <see cref="File.Exists(string?)"/> know nothing of its pins; <see cref="Pins"/> does.</para>
/// <para>Needs no privilege and no particular kernel. Safe to use from any thread.</para>
/// </remarks>
public sealed class FakeBpfKernel : IDisposable
{
    private readonly SimulatedKernel _kernel = new();

    /// <summary>The commands it has answered, in order, those that were made to fail included.</summary>
    public IReadOnlyList<BpfCall> Calls => _kernel.Locked(static (_, _, _, calls) => calls.ToArray());

    /// <summary>How many descriptors are open: 0 at the end of a test that disposed all it made.</summary>
    public int OpenDescriptors => _kernel.Locked(static (objects, _, _, _) => objects.OpenCount);

    /// <summary>The paths of its pins, in order. At first there is one BPF file system, at <c>/sys/fs/bpf</c>.</summary>
    public IReadOnlyList<string> Pins => _kernel.Locked(static (_, pins, _, _) => pins.Pins);

    /// <summary>The maps that live, in the order of their numbers.</summary>
    public IReadOnlyList<string> Maps => _kernel.Locked(static (objects, _, _, _) => objects.All<SimulatedMap>().Select(static map => map.Name).ToArray());

    /// <summary>The programs that live, in the order of their numbers.</summary>
    public IReadOnlyList<string> Programs => _kernel.Locked(static (objects, _, _, _) => objects.All<SimulatedProgram>().Select(static program => program.Name).ToArray());

    /// <summary>Makes this the kernel of the code that runs until the scope is disposed, with the tasks it starts. Scopes nest.</summary>
    /// <returns>The scope. Handles made within it go on working afterwards, on any thread, until they or this kernel are disposed.</returns>
    public IDisposable Enter() => new Scope(_kernel);

    /// <summary>Makes calls fail.</summary>
    /// <param name="command">The command.</param>
    /// <param name="errno">The error number, as <c>errno.h</c> or the kernel has it: 28 for ENOSPC, 524 for the kernel's own ENOTSUPP. At least 1.</param>
    /// <param name="times">How many calls fail; <see cref="int.MaxValue"/> for all. The default is one.</param>
    /// <param name="after">How many calls pass before. The default is none.</param>
    public void Fail(BpfCommand command, int errno, int times = 1, int after = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(errno, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(times, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(after);
        _ = _kernel.Locked((_, _, faults, _) =>
        {
            faults.Add(command, errno, times, after);
            return true;
        });
    }

    /// <summary>Takes back all that <see cref="Fail"/> has set.</summary>
    public void StopFailing() => _ = _kernel.Locked(static (_, _, faults, _) =>
    {
        faults.Clear();
        return true;
    });

    /// <summary>Empties <see cref="Calls"/>.</summary>
    public void ForgetCalls() => _ = _kernel.Locked(static (_, _, _, calls) =>
    {
        calls.Clear();
        return true;
    });

    /// <summary>Says what programs of a name do when they are test-run. Others return 0 and leave the data as it is.</summary>
    /// <param name="name">The program's name; what counts are the first 15 characters, as in the kernel.</param>
    /// <param name="body">What it does. Runs under the kernel's lock: it must not wait for another thread that uses the kernel.</param>
    public void RunProgram(string name, FakeProgramBody body)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(body);
        _ = _kernel.Locked((_, _, _, _) =>
        {
            _kernel.Programs.SetBody(name, body);
            return true;
        });
    }

    /// <summary>Makes the verifier refuse programs of a name.</summary>
    /// <param name="name">The program's name; what counts are the first 15 characters, as in the kernel.</param>
    /// <param name="log">What the verifier's log says.</param>
    public void RefuseProgram(string name, string log)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(log);
        _ = _kernel.Locked((_, _, _, _) =>
        {
            _kernel.Programs.Refuse(name, log);
            return true;
        });
    }

    /// <summary>Closes what is still open, removes all pins and frees the memory. Handles that were left fail with EBADF from then on.</summary>
    public void Dispose() => _kernel.Dispose();

    private sealed class Scope : IDisposable
    {
        private readonly SubstituteKernel? _before;

        internal Scope(SimulatedKernel kernel)
        {
            _before = SubstituteKernel.Current;
            SubstituteKernel.Current = kernel;
        }

        public void Dispose() => SubstituteKernel.Current = _before;
    }
}
