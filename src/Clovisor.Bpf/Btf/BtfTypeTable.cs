using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Clovisor.Bpf.Btf;

/// <summary>
/// The C types of an object file or of the kernel, read from BTF: sizes, member offsets and enumerators as the compiler laid them out.
/// </summary>
/// <remarks>
/// Read only and safe to use from any thread. Needs neither libbpf nor privileges. All of the blob is checked when it is parsed, so that it
/// may come from anywhere; types are made when they are first asked for, so that a table of a hundred thousand costs little.
/// </remarks>
public sealed partial class BtfTypeTable
{
    private readonly BtfType?[] _types;

    private BtfTypeTable(BtfBlob blob, BtfTypeTable? foundation)
    {
        Blob = blob;
        Base = foundation;
        _types = new BtfType?[blob.Count - (foundation?.Count ?? 0)];
    }

    /// <summary>A table without types: what an object compiled without <c>-g</c> has.</summary>
    public static BtfTypeTable Empty { get; } = Parse([0x9F, 0xEB, 1, 0, 24, 0, 0, 0, .. new byte[16]]);

    /// <summary>The table that this one adds to, for split BTF such as that of a kernel module; otherwise null.</summary>
    public BtfTypeTable? Base { get; }

    /// <summary>The number of types, void and those of the base among them. Ids are smaller.</summary>
    public uint Count => Blob.Count;

    /// <summary>All types, void first, those of the base before the own ones.</summary>
    public IEnumerable<BtfType> Types
    {
        get
        {
            for (uint id = 0; id < Count; id++)
            {
                yield return this[id];
            }
        }
    }

    /// <summary>The named structs and unions, in order of the file.</summary>
    public IEnumerable<BtfStruct> Structs => Named<BtfStruct>(BtfKind.Struct, BtfKind.Union);

    /// <summary>The named enums, in order of the file.</summary>
    public IEnumerable<BtfEnumeration> Enums => Named<BtfEnumeration>(BtfKind.Enum, BtfKind.Enum64);

    /// <summary>The typedefs, in order of the file.</summary>
    public IEnumerable<BtfTypedef> Typedefs => Named<BtfTypedef>(BtfKind.Typedef, BtfKind.Typedef);

    /// <summary>The functions, in order of the file.</summary>
    public IEnumerable<BtfFunction> Functions => Named<BtfFunction>(BtfKind.Function, BtfKind.Function);

    /// <summary>The global variables, in order of the file.</summary>
    public IEnumerable<BtfVariable> Variables => Named<BtfVariable>(BtfKind.Variable, BtfKind.Variable);

    /// <summary>The sections of global variables, in order of the file.</summary>
    public IEnumerable<BtfDataSection> DataSections => Named<BtfDataSection>(BtfKind.DataSection, BtfKind.DataSection);

    internal BtfBlob Blob { get; }

    /// <summary>A type by its number.</summary>
    /// <param name="id">From 0, which is void, to below <see cref="Count"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such type.</exception>
    public BtfType this[uint id]
    {
        get
        {
            if (id >= Count)
            {
                throw new ArgumentOutOfRangeException(nameof(id), id, $"The table has {Count} types.");
            }

            uint first = Base?.Count ?? 0;
            if (Base is not null && id < first)
            {
                return Base[id];
            }

            ref BtfType? place = ref _types[id - first];
            return place ?? Interlocked.CompareExchange(ref place, Make(id), null) ?? place;
        }
    }

    /// <summary>Reads a BTF blob: the <c>.BTF</c> section of an object, or what the kernel gives for an id.</summary>
    /// <param name="blob">The bytes; copied.</param>
    /// <exception cref="FormatException">The blob is not valid BTF of this host's byte order; the message says why.</exception>
    public static BtfTypeTable Parse(ReadOnlySpan<byte> blob) => new(new BtfBlob(blob.ToArray(), null), null);

    /// <summary>Reads split BTF, which goes on with ids and names where its base ends: that of a kernel module.</summary>
    /// <param name="blob">The bytes; copied.</param>
    /// <param name="foundation">The base it was made for, as a rule the kernel's.</param>
    /// <exception cref="FormatException">The blob is not valid split BTF over this base; the message says why.</exception>
    public static BtfTypeTable ParseSplit(ReadOnlySpan<byte> blob, BtfTypeTable foundation)
    {
        if (foundation is null)
        {
            throw new ArgumentNullException(nameof(foundation));
        }

        return new BtfTypeTable(new BtfBlob(blob.ToArray(), foundation.Blob), foundation);
    }

    /// <summary>Finds a struct or union by its tag, without the word <c>struct</c>.</summary>
    /// <param name="name">The tag.</param>
    /// <exception cref="KeyNotFoundException">There is none; BTF leaves out types that no map, variable or function uses.</exception>
    public BtfStruct Struct(string name) => TryGetStruct(name, out BtfStruct? found) ? found : throw Missing("struct", name);

    /// <summary>Finds a struct or union by its tag.</summary>
    /// <param name="name">The tag.</param>
    /// <param name="found">The struct, when there is one.</param>
    public bool TryGetStruct(string name, [NotNullWhen(true)] out BtfStruct? found)
    {
        found = (Find(name, BtfKind.Struct) ?? Find(name, BtfKind.Union)) as BtfStruct;
        return found is not null;
    }

    /// <summary>Finds an enum by its tag.</summary>
    /// <param name="name">The tag.</param>
    /// <exception cref="KeyNotFoundException">There is none; BTF leaves out enums that nothing uses.</exception>
    public BtfEnumeration Enum(string name) => TryGetEnum(name, out BtfEnumeration? found) ? found : throw Missing("enum", name);

    /// <summary>Finds an enum by its tag.</summary>
    /// <param name="name">The tag.</param>
    /// <param name="found">The enum, when there is one.</param>
    public bool TryGetEnum(string name, [NotNullWhen(true)] out BtfEnumeration? found)
    {
        found = (Find(name, BtfKind.Enum) ?? Find(name, BtfKind.Enum64)) as BtfEnumeration;
        return found is not null;
    }

    /// <summary>Finds the first type of a name and kind.</summary>
    /// <param name="name">The exact name.</param>
    /// <param name="kind">The kind.</param>
    /// <returns>The type; null when there is none.</returns>
    public BtfType? Find(string name, BtfKind kind)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(name);
        for (uint id = 1; id < Count; id++)
        {
            if (Blob.Kind(id) == kind && Blob.HasName(id, bytes))
            {
                return this[id];
            }
        }

        return null;
    }

    private IEnumerable<T> Named<T>(BtfKind kind, BtfKind other)
        where T : BtfType
    {
        for (uint id = 1; id < Count; id++)
        {
            if ((Blob.Kind(id) == kind || Blob.Kind(id) == other) && !Blob.HasName(id, default))
            {
                yield return (T)this[id];
            }
        }
    }

    private BtfType Make(uint id) => Blob.Kind(id) switch
    {
        BtfKind.Void => new BtfVoid(this),
        BtfKind.Integer => new BtfInteger(this, id),
        BtfKind.Pointer => new BtfPointer(this, id),
        BtfKind.Array => new BtfArray(this, id),
        BtfKind.Struct or BtfKind.Union => new BtfStruct(this, id),
        BtfKind.Enum or BtfKind.Enum64 => new BtfEnumeration(this, id),
        BtfKind.Forward => new BtfForward(this, id),
        BtfKind.Typedef => new BtfTypedef(this, id),
        BtfKind.Function => new BtfFunction(this, id),
        BtfKind.FunctionPrototype => new BtfFunctionPrototype(this, id),
        BtfKind.Variable => new BtfVariable(this, id),
        BtfKind.DataSection => new BtfDataSection(this, id),
        BtfKind.Float => new BtfFloat(this, id),
        BtfKind.DeclarationTag => new BtfDeclarationTag(this, id),
        _ => new BtfQualifier(this, id),
    };

    private static KeyNotFoundException Missing(string kind, string name) =>
        new($"The BTF has no {kind} {name}. A type is in it only when a map, a variable or a function uses it.");
}
