using System.Collections.Concurrent;

namespace Clovisor.Bpf.Interop;

/// <summary>
/// Answers bpf(2) in place of the running kernel. Its descriptors are numbers that no process can have, and the number alone says whom a call
/// goes to: a map of a substitute keeps working on any thread. Calls that name no descriptor (creating, opening) go to the substitute
/// of the current execution context, if there is one.
/// </summary>
internal abstract unsafe class SubstituteKernel
{
    // Above what the kernel lets fs.nr_open reach in practice; a stray use in a real system call ends with EBADF.
    private const int FirstDescriptor = 1 << 30;

    private static readonly AsyncLocal<SubstituteKernel?> Ambient = new();
    private static readonly ConcurrentDictionary<int, SubstituteKernel> Owners = new();
    private static int s_lastDescriptor = FirstDescriptor - 1;
    private static bool s_exists;

    protected SubstituteKernel() => Volatile.Write(ref s_exists, true);

    /// <summary>Whether there ever was one in this process: the only question that a call to the real kernel is held up by.</summary>
    internal static bool Exists => s_exists;

    /// <summary>The one that calls of this execution context go to when they name no descriptor.</summary>
    internal static SubstituteKernel? Current
    {
        get => s_exists ? Ambient.Value : null;
        set => Ambient.Value = value;
    }

    internal static bool IsSubstitute(int descriptor) => descriptor >= FirstDescriptor;

    /// <summary>Whose descriptor it is; null for the real kernel, and for a number of a substitute that is closed.</summary>
    internal static SubstituteKernel? OwnerOf(int descriptor) =>
        IsSubstitute(descriptor) && Owners.TryGetValue(descriptor, out SubstituteKernel? owner) ? owner : null;

    /// <summary>Finds out whom a command goes to; null for the real kernel.</summary>
    internal static SubstituteKernel? Of(BpfCommand command, void* attributes, int size)
    {
        int offset = DescriptorOffset(command);
        if (offset < 0 || offset + sizeof(int) > size)
        {
            return Ambient.Value;
        }

        int descriptor = *(int*)((byte*)attributes + offset);
        return OwnerOf(descriptor);
    }

    /// <summary>Runs one command of bpf(2). Returns what the kernel would: 0 or more, or minus errno.</summary>
    internal abstract int Call(BpfCommand command, void* attributes, int size);

    /// <summary>A second descriptor of the same object; minus errno on failure.</summary>
    internal abstract int Duplicate(int descriptor);

    internal abstract void Close(int descriptor);

    /// <summary>Maps an object's memory, to be unmapped by munmap. Null on failure, with a positive error number.</summary>
    internal abstract void* Map(int descriptor, nuint length, int protection, long offset, out int errno);

    /// <summary>A real descriptor, owned by the substitute, that becomes readable when the object has something to read; minus errno when there is none.</summary>
    internal abstract int PollDescriptor(int descriptor);

    internal abstract DescriptorKind? KindOf(int descriptor);

    internal abstract bool IsBpfFileSystem(string path);

    internal abstract int Mount(string path);

    internal abstract int Unmount(string path);

    internal abstract int CreateDirectory(string path);

    /// <summary>Whether a pin is at a path; a directory is none.</summary>
    internal abstract bool IsPinned(string path);

    internal abstract int RemovePin(string path);

    /// <summary>Gives a pin another path, in place of what is pinned there.</summary>
    internal abstract int MovePin(string path, string target);

    /// <summary>Removes a directory with all below it. Returns how many pins that were, or minus errno.</summary>
    internal abstract int RemoveAll(string directory);

    /// <summary>A number that no descriptor had before: use after close is found, and never hits another object.</summary>
    protected int Reserve()
    {
        int descriptor = Interlocked.Increment(ref s_lastDescriptor);
        Owners[descriptor] = this;
        return descriptor;
    }

    protected static void Release(int descriptor) => Owners.TryRemove(descriptor, out _);

    // Where union bpf_attr has the descriptor that decides; -1 for commands that make or look for an object.
    private static int DescriptorOffset(BpfCommand command) => command switch
    {
        BpfCommand.MapLookupElement or BpfCommand.MapUpdateElement or BpfCommand.MapDeleteElement or BpfCommand.MapGetNextKey
            or BpfCommand.MapLookupAndDeleteElement or BpfCommand.MapFreeze or BpfCommand.ProgramTestRun or BpfCommand.ObjectGetInfoByDescriptor
            or BpfCommand.LinkCreate or BpfCommand.LinkUpdate or BpfCommand.LinkDetach or BpfCommand.ProgramBindMap or BpfCommand.IteratorCreate => 0,
        BpfCommand.ProgramAttach => 4,
        BpfCommand.ObjectPin or BpfCommand.RawTracepointOpen => 8,
        BpfCommand.MapLookupBatch or BpfCommand.MapLookupAndDeleteBatch or BpfCommand.MapUpdateBatch or BpfCommand.MapDeleteBatch => 36,
        _ => -1,
    };
}
