using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Interop.Handles;
using Clovisor.Bpf.Loading;

namespace Clovisor.Bpf;

// Global variables of the running programs, through shared memory: no system call, nothing copied. From Linux 5.5.
public sealed partial class BpfObject
{
    private readonly Func<IReadOnlyList<BpfGlobalDefinition>> _globals;
    private readonly Lock _mapping = new();
    private readonly Dictionary<string, GlobalMemory> _memory = new(StringComparer.Ordinal);
    private bool _unmapped;

    /// <summary>A global variable, as the programs see it at this moment. Read and write it through the reference, with
    /// <see cref="Volatile"/> or <see cref="Interlocked"/> where programs use it at the same time.</summary>
    /// <typeparam name="T">A type of exactly the variable's size.</typeparam>
    /// <param name="name">The name in the C program.</param>
    /// <returns>A reference into shared memory. Kept over the disposal of this object it is harmless and cut off: it reads zero.</returns>
    /// <exception cref="KeyNotFoundException">There is none; the message lists those there are.</exception>
    /// <exception cref="ArgumentException">The variable has another size.</exception>
    /// <exception cref="InvalidOperationException">It is constant: use <see cref="Constant"/>.</exception>
    /// <exception cref="BpfException">The kernel cannot map it.</exception>
    public ref T Global<T>(string name)
        where T : unmanaged => ref Find<T>(Writable(name));

    /// <summary>A constant (<c>const volatile</c>) or any other global variable, to be read.</summary>
    /// <typeparam name="T">A type of exactly the variable's size.</typeparam>
    /// <param name="name">The name in the C program.</param>
    /// <returns>A reference into shared memory. Kept over the disposal of this object it is harmless and cut off: it reads zero.</returns>
    /// <exception cref="KeyNotFoundException">There is none; the message lists those there are.</exception>
    /// <exception cref="ArgumentException">The variable has another size.</exception>
    /// <exception cref="BpfException">The kernel cannot map it.</exception>
    public ref readonly T Constant<T>(string name)
        where T : unmanaged => ref Find<T>(FindGlobal(name));

    /// <summary>A global array.</summary>
    /// <typeparam name="T">A type of exactly the element's size.</typeparam>
    /// <param name="name">The name in the C program.</param>
    /// <returns>Shared memory. Kept over the disposal of this object it is harmless and cut off: it reads zero.</returns>
    /// <exception cref="KeyNotFoundException">There is none; the message lists those there are.</exception>
    /// <exception cref="ArgumentException">The variable's size is no multiple of the type's.</exception>
    /// <exception cref="InvalidOperationException">It is constant.</exception>
    /// <exception cref="BpfException">The kernel cannot map it.</exception>
    public Span<T> GlobalArray<T>(string name)
        where T : unmanaged
    {
        BpfGlobalDefinition global = Writable(name);
        if (global.Size % Unsafe.SizeOf<T>() != 0)
        {
            throw new ArgumentException($"The global {name} has {global.Size} bytes, which is no multiple of the {Unsafe.SizeOf<T>()} of {typeof(T).Name}.");
        }

        return MemoryMarshal.Cast<byte, T>(Section(global.Section).Slice(global.Offset, global.Size));
    }

    /// <summary>A whole section of global variables as one struct.</summary>
    /// <typeparam name="T">A struct of the section's layout, at most as large as the section.</typeparam>
    /// <param name="section">The section: <c>.data</c>, <c>.bss</c> or one of the program's own.</param>
    /// <returns>A reference into shared memory. Kept over the disposal of this object it is harmless and cut off: it reads zero.</returns>
    /// <exception cref="KeyNotFoundException">There is no such section.</exception>
    /// <exception cref="ArgumentException">The struct is larger than the section.</exception>
    /// <exception cref="InvalidOperationException">It is constant: use <see cref="ConstantSection"/>.</exception>
    /// <exception cref="BpfException">The kernel cannot map it.</exception>
    public ref T GlobalSection<T>(string section)
        where T : unmanaged
    {
        ArgumentException.ThrowIfNullOrEmpty(section);
        RequireWritable(section, section);
        return ref GlobalLayout.As<T>(Section(section), section);
    }

    /// <summary>A whole section of constants, or of any other global variables, as one struct to be read.</summary>
    /// <typeparam name="T">A struct of the section's layout, at most as large as the section.</typeparam>
    /// <param name="section">The section: <c>.rodata</c>, or any other.</param>
    /// <returns>A reference into shared memory. Kept over the disposal of this object it is harmless and cut off: it reads zero.</returns>
    /// <exception cref="KeyNotFoundException">There is no such section.</exception>
    /// <exception cref="ArgumentException">The struct is larger than the section.</exception>
    /// <exception cref="BpfException">The kernel cannot map it.</exception>
    public ref readonly T ConstantSection<T>(string section)
        where T : unmanaged
    {
        ArgumentException.ThrowIfNullOrEmpty(section);
        return ref GlobalLayout.As<T>(Section(section), section);
    }

    private ref T Find<T>(BpfGlobalDefinition global)
        where T : unmanaged
    {
        BpfGlobalDefinition.Require<T>(global.Name, global.Size);
        return ref GlobalLayout.As<T>(Section(global.Section).Slice(global.Offset, global.Size), global.Section);
    }

    private BpfGlobalDefinition FindGlobal(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        foreach (BpfGlobalDefinition global in _globals())
        {
            if (global.Name == name)
            {
                return global;
            }
        }

        throw GlobalLayout.Missing(Name, name, _globals());
    }

    private BpfGlobalDefinition Writable(string name)
    {
        BpfGlobalDefinition global = FindGlobal(name);
        RequireWritable(global.Section, name);
        return global;
    }

    private static void RequireWritable(string section, string name)
    {
        if (BpfGlobalDefinition.IsConstantSection(section))
        {
            throw new InvalidOperationException($"{name} is constant once loaded: set it before loading, by BpfObjectFile, and read it by Constant or ConstantSection.");
        }
    }

    private Span<byte> Section(string section)
    {
        lock (_mapping)
        {
            ObjectDisposedException.ThrowIf(_unmapped, this);
            if (!_memory.TryGetValue(section, out GlobalMemory? memory))
            {
                (nint native, BpfMapDefinition definition) = _maps.Values.FirstOrDefault(map => map.Definition.Section == section);
                if (native == 0)
                {
                    throw Missing("section", section, _maps.Values.Select(static map => map.Definition.Section).OfType<string>());
                }

                using ObjectHandle.ObjectLease lease = _handle.Lease();
                using BpfHandle map = _handle.DuplicateMap(native, $"section {definition.Name}");
                memory = GlobalMemory.Map(map, definition);
                _memory.Add(section, memory);
            }

            return memory.Bytes;
        }
    }

    private void UnmapGlobals()
    {
        lock (_mapping)
        {
            _unmapped = true;
            foreach (GlobalMemory memory in _memory.Values)
            {
                memory.Dispose();
            }

            _memory.Clear();
        }
    }
}
