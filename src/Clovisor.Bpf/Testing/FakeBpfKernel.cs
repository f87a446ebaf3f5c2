using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Interop.Handles;
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
    /// <summary>How many calls <see cref="Calls"/> keeps.</summary>
    public const int CallsKept = 65_536;

    private readonly SimulatedKernel _kernel = new();

    /// <summary>The commands it has answered last, in order, those that were made to fail included; at most <see cref="CallsKept"/>.</summary>
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

    /// <summary>Sends a record through a ring buffer, as a program does by <c>bpf_ringbuf_output</c>.</summary>
    /// <param name="ring">A ring buffer of this kernel.</param>
    /// <param name="record">The record.</param>
    /// <param name="isDiscarded">Whether the program gives it up after all: readers pass over it. The default is false.</param>
    /// <param name="wakeUp">False does not wake a waiting reader (<c>BPF_RB_NO_WAKEUP</c>). The default is true.</param>
    /// <returns>False when the buffer has no room: the record is lost.</returns>
    /// <exception cref="ArgumentException">It is no ring buffer of this kernel.</exception>
    public bool Produce(BpfMap ring, ReadOnlySpan<byte> record, bool isDiscarded = false, bool wakeUp = true)
    {
        byte[] copy = record.ToArray();
        return OnRing(ring, BpfMapType.RingBuffer, storage => storage.Produce(copy, isDiscarded, wakeUp));
    }

    /// <summary>Takes the next record out of a user ring buffer, as a program does by <c>bpf_user_ringbuf_drain</c>.</summary>
    /// <param name="ring">A user ring buffer of this kernel.</param>
    /// <returns>The record; null when there is none.</returns>
    /// <exception cref="ArgumentException">It is no user ring buffer of this kernel.</exception>
    public byte[]? Consume(BpfMap ring) => OnRing(ring, BpfMapType.UserRingBuffer, static storage => storage.Consume());

    /// <summary>Closes what is still open, removes all pins and frees the memory. Handles that were left fail with EBADF from then on.</summary>
    public void Dispose() => _kernel.Dispose();

    private T OnRing<T>(BpfMap ring, BpfMapType type, Func<RingStorage, T> action)
    {
        ArgumentNullException.ThrowIfNull(ring);
        using BpfHandle.FdLease lease = ring.Handle.Lease();
        int descriptor = lease.Descriptor;
        return _kernel.Locked((_, _, _, _) => _kernel.Ring(descriptor) is { } storage && storage.Traits.Type == type
            ? action(storage)
            : throw new ArgumentException($"{ring.Name} is no {type} of this kernel.", nameof(ring)));
    }

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
