using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Clovisor.Bpf.Btf;
using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Loading;

namespace Clovisor.Bpf;

/// <summary>A compiled BPF object that is read but not loaded: the place to size maps, set constants and reuse maps that exist.</summary>
/// <remarks>
/// Holds the bytes, so <see cref="Load"/> may be called again, after a failure or for a second copy. Opening needs libbpf 1.0 or newer
/// and no privilege; loading needs CAP_BPF and, for network programs, CAP_NET_ADMIN, or root. Not safe for use from several threads
/// at once.
/// </remarks>
public sealed class BpfObjectFile : IDisposable
{
    private const string ConstantSections = ".rodata";
    private const string BtfSection = ".BTF";

    private readonly byte[] _bytes;
    private readonly ElfImage _image;
    private readonly List<BpfMapDefinition> _maps;
    private bool _disposed;

    private BpfObjectFile(byte[] bytes, string name)
    {
        Name = name;
        _bytes = bytes;
        try
        {
            _image = new ElfImage(bytes);
            Btf = _image.Find(BtfSection) is { } btf ? BtfTypeTable.Parse(bytes.AsSpan(btf)) : BtfTypeTable.Empty;
        }
        catch (FormatException e)
        {
            throw new BpfException("open", name, Errno.ENOEXEC, $"It cannot be read as a BPF object: {e.Message}.");
        }

        LibBpfLibrary.Require("open", name);
        (_maps, List<string> programs) = ObjectLoader.Describe(bytes, name, Btf);
        Programs = programs;
    }

    /// <summary>The name that messages use: the file's name, or what was given with the bytes.</summary>
    public string Name { get; }

    /// <summary>The maps that the object defines, those for global variables included.</summary>
    public IReadOnlyList<BpfMapDefinition> Maps => _maps;

    /// <summary>The names of its programs.</summary>
    public IReadOnlyList<string> Programs { get; }

    /// <summary>Its C types; without any when it was compiled without <c>-g</c>.</summary>
    public BtfTypeTable Btf { get; }

    /// <summary>Reads an object file.</summary>
    /// <param name="path">The file, as <c>clang -target bpf -O2 -g -c</c> makes it.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="BpfException">It is not a BPF object.</exception>
    /// <exception cref="BpfNotSupportedException">libbpf is missing or too old; the message says what to install.</exception>
    public static BpfObjectFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new BpfObjectFile(File.ReadAllBytes(path), Path.GetFileName(path));
    }

    /// <summary>Reads an object from memory, for example an embedded resource.</summary>
    /// <param name="elf">The bytes; copied.</param>
    /// <param name="name">The name for messages, <c>wan.bpf.o</c>. What stands before the first dot also names the maps of global variables.</param>
    /// <exception cref="BpfException">It is not a BPF object.</exception>
    /// <exception cref="BpfNotSupportedException">libbpf is missing or too old; the message says what to install.</exception>
    public static BpfObjectFile Open(ReadOnlyMemory<byte> elf, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new BpfObjectFile(elf.ToArray(), name);
    }

    /// <summary>Finds a map.</summary>
    /// <param name="name">The name in the object file.</param>
    /// <exception cref="KeyNotFoundException">There is none; the message lists those there are.</exception>
    public BpfMapDefinition Map(string name) =>
        _maps.Find(map => map.Name == name)
        ?? throw new KeyNotFoundException($"{Name} defines no map {name}. It defines: {string.Join(", ", _maps.Select(static map => map.Name))}.");

    /// <summary>Sets a <c>const volatile</c> global of the C program. The verifier sees the value and drops branches it makes dead.</summary>
    /// <typeparam name="T">A type of the variable's size.</typeparam>
    /// <param name="name">The variable.</param>
    /// <param name="value">The value for all later loads.</param>
    /// <exception cref="KeyNotFoundException">There is none; the message lists those there are.</exception>
    /// <exception cref="ArgumentException">The variable has another size.</exception>
    public void SetConstant<T>(string name, T value)
        where T : unmanaged
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ObjectDisposedException.ThrowIf(_disposed, this);
        List<ElfImage.Symbol> constants = [.. _image.SymbolsIn(ConstantSections)];
        ElfImage.Symbol symbol = constants.Find(symbol => symbol.Name == name)
            ?? throw new KeyNotFoundException(
                $"{Name} has no constant {name}. It has: {(constants.Count == 0 ? "none" : string.Join(", ", constants.Select(static symbol => symbol.Name)))}. Declare it as a global: const volatile … {name} = 0;");

        int size = Btf.Find(name, BtfKind.Variable)?.Size ?? symbol.Size;
        if (size != Unsafe.SizeOf<T>() || size != symbol.Size)
        {
            throw new ArgumentException($"The constant {name} of {Name} has {size} bytes, {typeof(T).Name} has {Unsafe.SizeOf<T>()}.", nameof(value));
        }

        MemoryMarshal.Write(_bytes.AsSpan(symbol.FileOffset, size), in value);
    }

    /// <summary>Creates the maps and loads the programs. All or nothing: after a failure the kernel holds nothing of the object.</summary>
    /// <returns>What was loaded; to be disposed by the caller. Independent of this file.</returns>
    /// <exception cref="BpfVerifierException">The verifier refused a program; carries its log.</exception>
    /// <exception cref="BpfPermissionException">A capability is missing.</exception>
    /// <exception cref="BpfException">The kernel or libbpf refused otherwise.</exception>
    public BpfObject Load()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return ObjectLoader.Load(_bytes, Name, _maps);
    }

    /// <summary>Closes the descriptors of reused maps. Objects that were loaded stay.</summary>
    public void Dispose()
    {
        _disposed = true;
        _maps.ForEach(static map => map.Release());
    }
}
