using System.Diagnostics.CodeAnalysis;
using Clovisor.Wan.Datapath.Layout;

namespace Clovisor.Wan.Model.Rules;

/// <summary>Two entries of a map are the same if all their bytes are, padding included.</summary>
internal sealed class LayoutComparer<T> : IEqualityComparer<T>
    where T : unmanaged
{
    internal static LayoutComparer<T> Instance { get; } = new();

    public bool Equals(T x, T y) => LayoutBytes.Of(in x).SequenceEqual(LayoutBytes.Of(in y));

    public int GetHashCode([DisallowNull] T obj)
    {
        var hash = default(HashCode);
        hash.AddBytes(LayoutBytes.Of(in obj));
        return hash.ToHashCode();
    }
}
