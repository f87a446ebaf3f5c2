namespace Clovisor.Bpf.Maps;

/// <summary>A typed look at a <see cref="BpfMap"/>. Implemented by this library's typed maps; an application may add its own.</summary>
/// <typeparam name="TSelf">The typed map itself.</typeparam>
public interface IBpfTypedMap<TSelf> : IDisposable
    where TSelf : IBpfTypedMap<TSelf>
{
    /// <summary>The map as bytes.</summary>
    BpfMap Map { get; }

    /// <summary>Wraps a map and takes it over.</summary>
    /// <param name="map">The map. Stays the caller's when this throws.</param>
    /// <exception cref="BpfMapIncompatibleException">Its type, sizes or C types do not fit; every difference is listed.</exception>
    static abstract TSelf Wrap(BpfMap map);
}
