using System.Diagnostics.CodeAnalysis;

namespace Clovisor.Bpf.Btf;

/// <summary>
/// The C types of an object file, read from its BTF: sizes, member offsets and enumerators as the compiler laid them out.
/// Read only and safe to use from any thread. Needs neither libbpf nor privileges.
/// </summary>
public sealed class BtfTypeTable
{
    private const int PointerSize = 8;
    private const int MaximumDepth = 64;

    private readonly List<BtfRecord> _records;

    private BtfTypeTable(List<BtfRecord> records) => _records = records;

    /// <summary>A table without types: what an object compiled without <c>-g</c> has.</summary>
    public static BtfTypeTable Empty { get; } = new([new BtfRecord("", BtfKind.Void, false, 0, [])]);

    /// <summary>The named structs and unions, in order of the file.</summary>
    public IEnumerable<BtfStruct> Structs =>
        _records.Where(static record => record.Kind is BtfKind.Struct or BtfKind.Union && record.Name.Length > 0).Select(ToStruct);

    /// <summary>The named enums, in order of the file.</summary>
    public IEnumerable<BtfEnumeration> Enums =>
        _records.Where(static record => record.Kind is BtfKind.Enum or BtfKind.Enum64 && record.Name.Length > 0).Select(ToEnum);

    /// <summary>Reads a BTF blob: the <c>.BTF</c> section of an object, or what the kernel gives for an id.</summary>
    /// <param name="blob">The bytes; not kept.</param>
    /// <exception cref="FormatException">The blob is not valid BTF of this host's byte order.</exception>
    public static BtfTypeTable Parse(ReadOnlySpan<byte> blob)
    {
        var table = new BtfTypeTable(new BtfParser(blob).ReadAll());

        // What is too large to be true is refused here, so that nothing that is asked later can fail.
        for (int id = 0; id < table._records.Count; id++)
        {
            table.SizeOf((uint)id, 0);
        }

        return table;
    }

    /// <summary>Finds a struct or union by its tag, without the word <c>struct</c>.</summary>
    /// <param name="name">The tag.</param>
    /// <exception cref="KeyNotFoundException">There is none; BTF leaves out types that no map, variable or function uses.</exception>
    public BtfStruct Struct(string name) =>
        TryGetStruct(name, out BtfStruct? found)
            ? found
            : throw new KeyNotFoundException($"The BTF has no struct {name}. A type is in it only when a map, a variable or a function uses it.");

    /// <summary>Finds a struct or union by its tag.</summary>
    /// <param name="name">The tag.</param>
    /// <param name="found">The struct, when there is one.</param>
    public bool TryGetStruct(string name, [NotNullWhen(true)] out BtfStruct? found)
    {
        BtfRecord? record = _records.Find(record => record.Kind is BtfKind.Struct or BtfKind.Union && record.Name == name);
        found = record is null ? null : ToStruct(record);
        return found is not null;
    }

    /// <summary>Finds an enum by its tag.</summary>
    /// <param name="name">The tag.</param>
    /// <exception cref="KeyNotFoundException">There is none; BTF leaves out enums that nothing uses.</exception>
    public BtfEnumeration Enum(string name) =>
        TryGetEnum(name, out BtfEnumeration? found)
            ? found
            : throw new KeyNotFoundException($"The BTF has no enum {name}. A type is in it only when a map, a variable or a function uses it.");

    /// <summary>Finds an enum by its tag.</summary>
    /// <param name="name">The tag.</param>
    /// <param name="found">The enum, when there is one.</param>
    public bool TryGetEnum(string name, [NotNullWhen(true)] out BtfEnumeration? found)
    {
        BtfRecord? record = _records.Find(record => record.Kind is BtfKind.Enum or BtfKind.Enum64 && record.Name == name);
        found = record is null ? null : ToEnum(record);
        return found is not null;
    }

    /// <summary>The record that an id means once typedefs and qualifiers are taken off; null for an id that does not exist.</summary>
    internal BtfRecord? Resolve(uint id)
    {
        for (int depth = 0; depth < MaximumDepth && id < _records.Count; depth++)
        {
            BtfRecord record = _records[(int)id];
            if (record.Kind is not (BtfKind.Typedef or BtfKind.Volatile or BtfKind.Const or BtfKind.Restrict or BtfKind.TypeTag))
            {
                return record;
            }

            id = record.SizeOrType;
        }

        return null;
    }

    /// <summary>Size in bytes; 0 for what has none.</summary>
    internal int SizeOf(uint id) => SizeOf(id, 0);

    /// <summary>The type of a global variable; null when BTF does not list it.</summary>
    internal uint? TypeOfVariable(string name) =>
        _records.Find(record => record.Kind == BtfKind.Variable && record.Name == name)?.SizeOrType;

    internal BtfStruct ToStruct(BtfRecord record) =>
        new(record.Name, (int)record.SizeOrType, record.Kind == BtfKind.Union, Array.ConvertAll(record.Items, item => ToMember(record, item)));

    private BtfMember ToMember(BtfRecord owner, BtfItem item)
    {
        // With the flag the upper byte of the offset is the width of a bit-field.
        int bits = owner.Flag ? (int)(item.Second >> 24) : 0;
        int offset = owner.Flag ? (int)(item.Second & 0xFFFFFF) : (int)item.Second;
        return new BtfMember(item.Name, offset, SizeOf(item.First), bits, NameOf(item.First));
    }

    private static BtfEnumeration ToEnum(BtfRecord record) =>
        new(record.Name, (int)record.SizeOrType, Array.ConvertAll(record.Items, item => KeyValuePair.Create(item.Name, ValueOf(record, item))));

    private static long ValueOf(BtfRecord record, BtfItem item) => record.Kind == BtfKind.Enum64
        ? (long)((ulong)item.Second << 32 | item.First)
        : record.Flag ? (int)item.First : item.First;

    private int SizeOf(uint id, int depth)
    {
        BtfRecord? record = depth > MaximumDepth ? null : Resolve(id);
        return record?.Kind switch
        {
            BtfKind.Integer or BtfKind.Struct or BtfKind.Union or BtfKind.Enum or BtfKind.Enum64 or BtfKind.Float => Checked(record.SizeOrType),
            BtfKind.Pointer => PointerSize,
            BtfKind.Array => Checked((ulong)record.Items[0].First * (uint)SizeOf(record.SizeOrType, depth + 1)),
            _ => 0,
        };
    }

    private static int Checked(ulong size) =>
        size <= int.MaxValue ? (int)size : throw new FormatException($"a type of {size} bytes is too large");

    // The first name on the way: __u32 says more than unsigned int.
    private string NameOf(uint id)
    {
        for (int depth = 0; depth < MaximumDepth && id < _records.Count; depth++)
        {
            BtfRecord record = _records[(int)id];
            if (record.Name.Length > 0 && record.Kind != BtfKind.TypeTag)
            {
                return record.Name;
            }

            if (record.Kind is not (BtfKind.Volatile or BtfKind.Const or BtfKind.Restrict or BtfKind.TypeTag or BtfKind.Typedef or BtfKind.Pointer or BtfKind.Array))
            {
                return "";
            }

            id = record.SizeOrType;
        }

        return "";
    }
}
