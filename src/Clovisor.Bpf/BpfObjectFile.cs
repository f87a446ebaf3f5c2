using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Clovisor.Bpf.Btf;
using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Loading;
using Clovisor.Bpf.Maps;

namespace Clovisor.Bpf;

/// <summary>A compiled BPF object that is read but not loaded: the place to size maps, set globals, choose programs and reuse maps that exist.</summary>
/// <remarks>
/// Holds on to the bytes, so <see cref="Load"/> may be called again, after a failure or for a second copy. Opening needs libbpf 1.0 or newer
/// and no privilege; loading needs CAP_BPF and, for network programs, CAP_NET_ADMIN, or root. Not safe for use from several threads
/// at once.
/// </remarks>
public sealed partial class BpfObjectFile : IDisposable
{
    private const string BtfSection = ".BTF";

    private readonly ReadOnlyMemory<byte> _elf;
    private readonly ElfImage _image;
    private readonly BpfObjectOptions _options;
    private readonly List<BpfMapDefinition> _maps;
    private readonly List<BpfProgramDefinition> _programs;
    private readonly Lazy<BtfTypeTable> _btf;
    private readonly Lazy<List<BpfGlobalDefinition>> _globals;
    private ObjectHandle? _opened;
    private bool _disposed;

    private BpfObjectFile(ReadOnlyMemory<byte> elf, string name, BpfObjectOptions? options)
    {
        Name = name;
        _elf = elf;
        _options = options ?? BpfObjectOptions.Default;
        _btf = new Lazy<BtfTypeTable>(ReadBtf, LazyThreadSafetyMode.ExecutionAndPublication);
        _globals = new Lazy<List<BpfGlobalDefinition>>(ReadGlobals, LazyThreadSafetyMode.ExecutionAndPublication);
        _image = ReadElf(elf, name);
        if (_options.KernelBtfPath is { } kernelBtf && !File.Exists(kernelBtf))
        {
            throw new FileNotFoundException($"The kernel BTF {kernelBtf} to open {name} with does not exist.", kernelBtf);
        }

        // libbpf trusts its input: a reference to a type that is not there ends the process.
        _ = _btf.Value;
        LibBpfLibrary.Require("open", name);
        _opened = ObjectHandle.Open(elf, name, _options);
        (_maps, _programs) = ObjectLoader.Describe(_opened, _btf, InitialValue);
    }

    /// <summary>The name that messages use: the file's name, or what was given with the bytes.</summary>
    public string Name { get; }

    /// <summary>The maps that the object defines, those for global variables included.</summary>
    public IReadOnlyList<BpfMapDefinition> Maps => _maps;

    /// <summary>Its programs, in order of the file.</summary>
    public IReadOnlyList<BpfProgramDefinition> Programs => _programs;

    /// <summary>Its C types; without any when it was compiled without <c>-g</c>. Read when first asked for.</summary>
    /// <exception cref="BpfException">The BTF is damaged.</exception>
    public BtfTypeTable Btf => _btf.Value;

    /// <summary>Reads an object file, to be loaded with the default options.</summary>
    /// <inheritdoc cref="Open(string, BpfObjectOptions?)"/>
    public static BpfObjectFile Open(string path) => Open(path, null);

    /// <summary>Reads an object file.</summary>
    /// <param name="path">The file, as <c>clang -target bpf -O2 -g -c</c> makes it.</param>
    /// <param name="options">How to open and load it; null for the defaults.</param>
    /// <exception cref="FileNotFoundException">There is no such file, or not that of the kernel BTF.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="BpfException">It is not a BPF object.</exception>
    /// <exception cref="BpfNotSupportedException">libbpf is missing or too old; the message says what to install.</exception>
    public static BpfObjectFile Open(string path, BpfObjectOptions? options)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new BpfObjectFile(File.ReadAllBytes(path), Path.GetFileName(path), options);
    }

    /// <summary>Reads an object from memory, to be loaded with the default options.</summary>
    /// <inheritdoc cref="Open(ReadOnlyMemory{byte}, string, BpfObjectOptions?)"/>
    public static BpfObjectFile Open(ReadOnlyMemory<byte> elf, string name) => Open(elf, name, null);

    /// <summary>Reads an object from memory, for example an embedded resource.</summary>
    /// <param name="elf">The bytes. Kept, not copied: they must not change while the file or what was loaded from it is in use.</param>
    /// <param name="name">The name for messages, <c>wan.bpf.o</c>. What stands before the first dot also names the maps of global variables.</param>
    /// <param name="options">How to open and load it; null for the defaults.</param>
    /// <exception cref="FileNotFoundException">The kernel BTF of the options does not exist.</exception>
    /// <exception cref="BpfException">It is not a BPF object.</exception>
    /// <exception cref="BpfNotSupportedException">libbpf is missing or too old; the message says what to install.</exception>
    public static BpfObjectFile Open(ReadOnlyMemory<byte> elf, string name, BpfObjectOptions? options)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new BpfObjectFile(elf, name, options);
    }

    /// <summary>Finds a map.</summary>
    /// <param name="name">The name in the object file, or the section of global variables.</param>
    /// <exception cref="KeyNotFoundException">There is none; the message lists those there are.</exception>
    public BpfMapDefinition Map(string name) =>
        _maps.Find(map => map.Name == name || map.Section == name)
        ?? throw new KeyNotFoundException($"{Name} defines no map {name}. It defines: {string.Join(", ", _maps.Select(static map => map.Name))}.");

    /// <summary>Finds a program.</summary>
    /// <param name="name">The name of the C function.</param>
    /// <exception cref="KeyNotFoundException">There is none; the message lists those there are.</exception>
    public BpfProgramDefinition Program(string name) =>
        _programs.Find(program => program.Name == name)
        ?? throw new KeyNotFoundException($"{Name} defines no program {name}. It defines: {string.Join(", ", _programs.Select(static program => program.Name))}.");

    /// <summary>Creates the maps, loads the programs and pins what is to be pinned. All or nothing: after a failure neither the kernel nor
    /// the BPF file system holds anything of it.</summary>
    /// <returns>What was loaded; to be disposed by the caller. Independent of this file.</returns>
    /// <exception cref="BpfVerifierException">The verifier refused a program; carries its log.</exception>
    /// <exception cref="BpfMapIncompatibleException">A map of another shape is pinned where one is to be reused.</exception>
    /// <exception cref="BpfPermissionException">A capability is missing.</exception>
    /// <exception cref="BpfException">The kernel or libbpf refused otherwise.</exception>
    public BpfObject Load()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return new ObjectLoader(Name, _maps, _programs, _options).Load(TakeOpened, () => _globals.Value);
    }

    /// <summary>Closes the descriptors of reused maps. Objects that were loaded stay.</summary>
    public void Dispose()
    {
        _disposed = true;
        _opened?.Dispose();
        _maps.ForEach(static map => map.Release());
    }

    private static ElfImage ReadElf(ReadOnlyMemory<byte> elf, string name)
    {
        try
        {
            return new ElfImage(elf);
        }
        catch (FormatException e)
        {
            throw new BpfException("open", name, Errno.ENOEXEC, $"It cannot be read as a BPF object: {e.Message}.");
        }
    }

    private BtfTypeTable ReadBtf()
    {
        try
        {
            return _image.Find(BtfSection) is { } range ? BtfTypeTable.Parse(_elf.Span[range]) : BtfTypeTable.Empty;
        }
        catch (FormatException e)
        {
            throw new BpfException("read the types of", Name, Errno.ENOEXEC, $"Its BTF is damaged: {e.Message}.");
        }
    }

    // What was parsed to describe the object serves the first load; libbpf can load an object only once.
    private ObjectHandle TakeOpened()
    {
        ObjectHandle handle = _opened ?? ObjectHandle.Open(_elf, Name, _options);
        _opened = null;
        return handle;
    }

    private byte[] InitialValue(int map)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _opened ??= ObjectHandle.Open(_elf, Name, _options);
        return ObjectLoader.InitialValue(_opened, map);
    }
}
