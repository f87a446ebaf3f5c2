using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Testing.Simulation.Maps;

namespace Clovisor.Bpf.Testing.Simulation;

/// <summary>bpf(2) without a kernel. One lock for all: what it answers does not depend on how threads interleave within a call.</summary>
internal sealed unsafe class SimulatedKernel : SubstituteKernel, IDisposable
{
    private readonly Lock _lock = new();
    private readonly ObjectTable _objects = new();
    private readonly PinTree _pins = new();
    private readonly FaultPlan _faults = new();
    private readonly Queue<BpfCall> _calls = [];
    private readonly MapCommands _maps;
    private readonly ProgramCommands _programs;
    private readonly LinkCommands _links;
    private readonly ObjectCommands _described;
    private bool _disposed;

    internal SimulatedKernel()
    {
        _maps = new MapCommands(this, _objects);
        _programs = new ProgramCommands(this, _objects);
        _links = new LinkCommands(this, _objects);
        _described = new ObjectCommands(this, _objects, _pins);
    }

    /// <summary>Runs under the kernel's lock.</summary>
    internal T Locked<T>(Func<ObjectTable, PinTree, FaultPlan, Queue<BpfCall>, T> action)
    {
        lock (_lock)
        {
            return action(_objects, _pins, _faults, _calls);
        }
    }

    internal ProgramCommands Programs => _programs;

    /// <summary>Opens a descriptor of an object.</summary>
    internal int Open(SimulatedObject target, bool canRead = true, bool canWrite = true)
    {
        int descriptor = Reserve();
        _objects.Open(descriptor, target, canRead, canWrite);
        return descriptor;
    }

    internal override int Call(BpfCommand command, void* attributes, int size)
    {
        byte* block = stackalloc byte[Attributes.Length];
        new Span<byte>(block, Attributes.Length).Clear();
        int length = Math.Min(size, Attributes.Length);
        new ReadOnlySpan<byte>(attributes, length).CopyTo(new Span<byte>(block, length));
        var copy = new Attributes(block);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(FakeBpfKernel));
            string target = TargetOf(command, copy);
            int fault = _faults.Next(command);
            int result = fault != 0 ? -fault : Dispatch(command, copy);
            new ReadOnlySpan<byte>(block, length).CopyTo(new Span<byte>(attributes, length));
            if (_calls.Count == FakeBpfKernel.CallsKept)
            {
                _calls.Dequeue();
            }

            _calls.Enqueue(new BpfCall(command, target, result));
            return result;
        }
    }

    internal override int Duplicate(int descriptor)
    {
        lock (_lock)
        {
            return _objects.Find(descriptor) is { } open ? Open(open.Target, open.CanRead, open.CanWrite) : -Errno.EBADF;
        }
    }

    internal override void Close(int descriptor)
    {
        lock (_lock)
        {
            if (_objects.Close(descriptor))
            {
                Release(descriptor);
            }
        }
    }

    internal override void* Map(int descriptor, nuint length, int protection, long offset, out int errno)
    {
        lock (_lock)
        {
            return _maps.MapMemory(descriptor, length, protection, offset, out errno);
        }
    }

    internal override int PollDescriptor(int descriptor)
    {
        lock (_lock)
        {
            return Ring(descriptor)?.PollDescriptor() ?? -Errno.EBADF;
        }
    }

    /// <summary>The ring behind a descriptor; null when it is none. To be asked under the lock.</summary>
    internal RingStorage? Ring(int descriptor) => _objects.Find(descriptor)?.Target as RingStorage;

    internal override DescriptorKind? KindOf(int descriptor)
    {
        lock (_lock)
        {
            return _objects.Find(descriptor)?.Target.Kind;
        }
    }

    internal override bool IsBpfFileSystem(string path) => OnPins(pins => pins.IsInside(path) ? 1 : 0) == 1;

    internal override int Mount(string path) => OnPins(pins => pins.Mount(path));

    internal override int Unmount(string path) => OnPins(pins => pins.Unmount(path));

    internal override int CreateDirectory(string path) => OnPins(pins => pins.CreateDirectory(path));

    internal override bool IsPinned(string path) => OnPins(pins => pins.Find(path) is null ? 0 : 1) == 1;

    internal override int MovePin(string path, string target) => OnPins(pins => pins.Move(path, target));

    internal override int RemovePin(string path) => OnPins(pins => pins.Remove(path));

    internal override int RemoveAll(string directory) => OnPins(pins => pins.RemoveAll(directory));

    /// <summary>Closes what is left open. Later uses of handles find their descriptors closed.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            foreach (int descriptor in _objects.Descriptors.ToArray())
            {
                Close(descriptor);
            }

            _pins.Clear();
        }
    }

    private int OnPins(Func<PinTree, int> action)
    {
        lock (_lock)
        {
            return action(_pins);
        }
    }

    private int Dispatch(BpfCommand command, Attributes attributes) => command switch
    {
        BpfCommand.MapCreate => _maps.Create(attributes),
        BpfCommand.MapLookupElement => _maps.Lookup(attributes),
        BpfCommand.MapUpdateElement => _maps.Update(attributes),
        BpfCommand.MapDeleteElement => _maps.Delete(attributes),
        BpfCommand.MapGetNextKey => _maps.NextKey(attributes),
        BpfCommand.MapLookupAndDeleteElement => _maps.LookupAndDelete(attributes),
        BpfCommand.MapFreeze => _maps.Freeze(attributes),
        BpfCommand.MapLookupBatch or BpfCommand.MapLookupAndDeleteBatch or BpfCommand.MapUpdateBatch or BpfCommand.MapDeleteBatch =>
            _maps.Batch(command, attributes),
        BpfCommand.ProgramLoad => _programs.Load(attributes),
        BpfCommand.ProgramTestRun => _programs.TestRun(attributes),
        BpfCommand.ProgramBindMap => _programs.BindMap(attributes),
        BpfCommand.EnableStatistics => Open(new SimulatedToken()),
        BpfCommand.LinkCreate => _links.Create(attributes),
        BpfCommand.LinkUpdate => _links.Update(attributes),
        BpfCommand.LinkDetach => _links.Detach(attributes),
        BpfCommand.ProgramQuery => _links.Query(attributes),
        BpfCommand.BtfLoad => _described.LoadBtf(attributes),
        BpfCommand.ObjectPin => _described.Pin(attributes),
        BpfCommand.ObjectGet => _described.OpenPin(attributes),
        BpfCommand.ObjectGetInfoByDescriptor => _described.Describe(attributes),
        BpfCommand.MapGetNextId => _described.NextId<SimulatedMap>(attributes),
        BpfCommand.ProgramGetNextId => _described.NextId<SimulatedProgram>(attributes),
        BpfCommand.LinkGetNextId => _described.NextId<SimulatedLink>(attributes),
        BpfCommand.BtfGetNextId => _described.NextId<SimulatedBtf>(attributes),
        BpfCommand.MapGetDescriptorById => _described.OpenById<SimulatedMap>(attributes),
        BpfCommand.ProgramGetDescriptorById => _described.OpenById<SimulatedProgram>(attributes),
        BpfCommand.LinkGetDescriptorById => _described.OpenById<SimulatedLink>(attributes),
        BpfCommand.BtfGetDescriptorById => _described.OpenById<SimulatedBtf>(attributes),
        _ => -Errno.ENOTSUPP,
    };

    // For the list of calls; taken before the call, since the call may be what ends the target.
    private string TargetOf(BpfCommand command, Attributes attributes) => command switch
    {
        BpfCommand.MapCreate => attributes.ObjectName(28) ?? "",
        BpfCommand.ProgramLoad => attributes.ObjectName(48) ?? "",
        BpfCommand.ObjectPin or BpfCommand.ObjectGet => attributes.Text(0),
        BpfCommand.MapLookupBatch or BpfCommand.MapLookupAndDeleteBatch or BpfCommand.MapUpdateBatch or BpfCommand.MapDeleteBatch =>
            _objects.Find(attributes.Descriptor(36))?.Target.Name ?? "",
        _ => _objects.Find(attributes.Descriptor(0))?.Target.Name ?? "",
    };
}
