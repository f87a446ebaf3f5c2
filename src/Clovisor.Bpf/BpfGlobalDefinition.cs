using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Clovisor.Bpf;

/// <summary>A global variable of an object file, before loading. Not safe for use from several threads at once.</summary>
/// <remarks>
/// A <c>const volatile</c> variable is known to the verifier, which drops the branches it makes dead. Others may change at any time
/// after loading: see <see cref="BpfObject.Global"/>.
/// </remarks>
public sealed class BpfGlobalDefinition
{
    private readonly BpfMapDefinition _map;

    internal BpfGlobalDefinition(string name, string section, int offset, int size, BpfMapDefinition map)
    {
        Name = name;
        Section = section;
        Offset = offset;
        Size = size;
        _map = map;
    }

    /// <summary>The name in the C program.</summary>
    public string Name { get; }

    /// <summary>The section that holds it: <c>.rodata</c>, <c>.data</c>, <c>.bss</c>, or one of the program's own such as <c>.data.hot</c>.</summary>
    public string Section { get; }

    /// <summary>Where it begins in its section, in bytes.</summary>
    public int Offset { get; }

    /// <summary>Size in bytes.</summary>
    public int Size { get; }

    /// <summary>Whether it is constant once loaded.</summary>
    public bool IsConstant => IsConstantSection(Section);

    /// <summary>Its bytes, which all later loads start with. Writable.</summary>
    public Span<byte> Bytes => _map.InitialValue.Slice(Offset, Size);

    /// <summary>The value that loads start with.</summary>
    /// <typeparam name="T">A type of exactly the variable's size.</typeparam>
    /// <exception cref="ArgumentException">The variable has another size.</exception>
    public T Get<T>()
        where T : unmanaged
    {
        Require<T>(Name, Size);
        return MemoryMarshal.Read<T>(Bytes);
    }

    /// <summary>Sets the value that all later loads start with.</summary>
    /// <typeparam name="T">A type of exactly the variable's size.</typeparam>
    /// <param name="value">The value.</param>
    /// <exception cref="ArgumentException">The variable has another size.</exception>
    public void Set<T>(in T value)
        where T : unmanaged
    {
        Require<T>(Name, Size);
        MemoryMarshal.Write(Bytes, in value);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} ({Section}+{Offset}, {Size} B)";

    internal static bool IsConstantSection(string section) => section.StartsWith(".rodata", StringComparison.Ordinal);

    internal static void Require<T>(string name, int size)
        where T : unmanaged
    {
        if (Unsafe.SizeOf<T>() != size)
        {
            throw new ArgumentException($"The global {name} has {size} bytes, {typeof(T).Name} has {Unsafe.SizeOf<T>()}.");
        }
    }
}
