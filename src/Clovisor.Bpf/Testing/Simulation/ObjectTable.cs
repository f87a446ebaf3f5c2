namespace Clovisor.Bpf.Testing.Simulation;

/// <summary>The objects of a simulated kernel by kind and number, and the descriptors that stand for them.</summary>
internal sealed class ObjectTable
{
    private readonly Dictionary<int, OpenDescriptor> _descriptors = [];
    private readonly Dictionary<Type, SortedList<uint, SimulatedObject>> _objects = [];
    private readonly Dictionary<Type, uint> _lastIds = [];

    internal int OpenCount => _descriptors.Count;

    internal IEnumerable<int> Descriptors => _descriptors.Keys;

    internal OpenDescriptor? Find(int descriptor) => _descriptors.GetValueOrDefault(descriptor);

    /// <summary>Gives a new object its number. It is listed until nothing refers to it.</summary>
    internal void Register<T>(T added)
        where T : SimulatedObject
    {
        Type family = FamilyOf(added);
        uint id = _lastIds.GetValueOrDefault(family) + 1;
        _lastIds[family] = id;
        added.Id = id;
        added.Freed = freed => _objects[family].Remove(freed.Id);
        Family(family).Add(id, added);
    }

    internal void Open(int descriptor, SimulatedObject target, bool canRead = true, bool canWrite = true)
    {
        target.AddUserReference();
        _descriptors.Add(descriptor, new OpenDescriptor(target, canRead, canWrite));
    }

    internal bool Close(int descriptor)
    {
        if (!_descriptors.Remove(descriptor, out OpenDescriptor? open))
        {
            return false;
        }

        open.Target.ReleaseUser();
        return true;
    }

    internal SimulatedObject? FindById(Type family, uint id) => Family(family).GetValueOrDefault(id);

    internal IEnumerable<T> All<T>()
        where T : SimulatedObject => Family(typeof(T)).Values.Cast<T>();

    /// <summary>The smallest number above another; 0 when there is none.</summary>
    internal uint NextId(Type family, uint id) => Family(family).Keys.FirstOrDefault(key => key > id);

    private static Type FamilyOf(SimulatedObject item) => item is Maps.SimulatedMap ? typeof(Maps.SimulatedMap) : item.GetType();

    private SortedList<uint, SimulatedObject> Family(Type family)
    {
        if (!_objects.TryGetValue(family, out SortedList<uint, SimulatedObject>? list))
        {
            _objects[family] = list = [];
        }

        return list;
    }
}

/// <summary>One descriptor: what it stands for, and what it lets its owner do.</summary>
internal sealed record OpenDescriptor(SimulatedObject Target, bool CanRead, bool CanWrite);
