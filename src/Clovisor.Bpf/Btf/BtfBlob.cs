using System.Buffers.Binary;
using System.Text;

namespace Clovisor.Bpf.Btf;

/// <summary>
/// A BTF blob with the place of each of its records. All of it is checked here, once: every reference is to a record that exists, every
/// name lies in the string section, no size overflows, no chain of typedefs or arrays is endless. What is read later cannot fail.
/// </summary>
internal sealed class BtfBlob
{
    private const ushort Magic = 0xEB9F;
    private const int HeaderSize = 24;
    private const int RecordHead = 3 * sizeof(uint);
    private const int PointerSize = 8;

    // Longer than any chain a compiler writes. The kernel refuses more than 32.
    private const int LongestChain = 64;
    private const int LongestName = 4096;
    private const int MostNameBytes = 256 << 20;

    private readonly BtfBlob? _base;
    private readonly byte[] _bytes;
    private readonly int _strings;
    private readonly int _stringsLength;
    private readonly List<int> _records = [];
    private readonly uint _firstId;
    private readonly uint _firstName;

    /// <summary>Takes a blob over; a base is given for split BTF, which goes on where the base ends.</summary>
    /// <exception cref="FormatException">The blob is not BTF; the message says why.</exception>
    internal BtfBlob(byte[] bytes, BtfBlob? foundation)
    {
        _base = foundation;
        _bytes = bytes;
        _firstId = foundation?.Count ?? 1;
        _firstName = foundation?.StringsEnd ?? 0;
        if (bytes.Length < HeaderSize || BinaryPrimitives.ReadUInt16LittleEndian(bytes) != Magic)
        {
            throw new FormatException("it does not start as little-endian BTF");
        }

        uint header = At(4);
        int types = Place(header, At(8), At(12));
        _strings = Place(header, At(16), At(20));
        _stringsLength = (int)At(20);
        FindRecords(types, types + (int)At(12));
        CheckRecords();
    }

    /// <summary>The number of types, void and those of the base among them. Ids are smaller.</summary>
    internal uint Count => _firstId + (uint)_records.Count;

    private uint StringsEnd => _firstName + (uint)_stringsLength;

    internal BtfKind Kind(uint id) => id == 0 ? BtfKind.Void : (BtfKind)((Head(id, 1) >> 24) & 0x1F);

    internal bool Flag(uint id) => id != 0 && Head(id, 1) >> 31 != 0;

    /// <summary>The number of members, values, parameters or variables; for functions their linkage.</summary>
    internal int Length(uint id) => id == 0 ? 0 : (int)(Head(id, 1) & 0xFFFF);

    /// <summary>Size in bytes, or the id of the type referred to, by kind.</summary>
    internal uint SizeOrType(uint id) => id == 0 ? 0 : Head(id, 2);

    /// <summary>A word of what follows the head of a record.</summary>
    internal uint Word(uint id, int index) => Head(id, 3 + index);

    internal string Name(uint id) => id == 0 ? "" : Text(Head(id, 0));

    internal bool HasName(uint id, ReadOnlySpan<byte> name) => id != 0 && TextBytes(Head(id, 0)).SequenceEqual(name);

    internal string Text(uint offset) => Encoding.UTF8.GetString(TextBytes(offset));

    /// <summary>Whether a record refers to one type by its third word.</summary>
    internal static bool Refers(BtfKind kind) => kind is BtfKind.Pointer or BtfKind.Typedef or BtfKind.Volatile or BtfKind.Const
        or BtfKind.Restrict or BtfKind.Function or BtfKind.FunctionPrototype or BtfKind.Variable or BtfKind.DeclarationTag or BtfKind.TypeTag;

    /// <summary>Whether a type is another one under a further name or with a qualifier.</summary>
    internal static bool IsAlias(BtfKind kind) =>
        kind is BtfKind.Typedef or BtfKind.Volatile or BtfKind.Const or BtfKind.Restrict or BtfKind.TypeTag;

    /// <summary>Size in bytes; 0 for what has none.</summary>
    internal int SizeOf(uint id)
    {
        ulong factor = 1;
        for (int steps = 0; steps <= LongestChain; steps++)
        {
            switch (Kind(id))
            {
                case BtfKind.Integer or BtfKind.Struct or BtfKind.Union or BtfKind.Enum or BtfKind.Enum64 or BtfKind.Float or BtfKind.DataSection:
                    return Checked(factor, SizeOrType(id), id);
                case BtfKind.Pointer:
                    return Checked(factor, PointerSize, id);
                case BtfKind.Array:
                    factor = (ulong)Checked(factor, Word(id, 2), id);
                    id = Word(id, 0);
                    break;
                case BtfKind.Variable:
                case var kind when IsAlias(kind):
                    id = SizeOrType(id);
                    break;
                default:
                    return 0;
            }
        }

        throw new FormatException($"type {id} is part of a chain of typedefs, qualifiers or arrays that is endless or longer than {LongestChain}");
    }

    private static int Checked(ulong factor, uint size, uint id)
    {
        // Both are below 2^32, so that the product cannot overflow.
        ulong product = factor * size;
        return product <= int.MaxValue ? (int)product : throw new FormatException($"type {id} of {product} bytes is too large");
    }

    private void FindRecords(int at, int end)
    {
        while (at < end)
        {
            if (end - at < RecordHead)
            {
                throw new FormatException("the last record is cut off");
            }

            uint info = At(at + sizeof(uint));
            var kind = (BtfKind)((info >> 24) & 0x1F);
            long length = RecordHead + Words(kind, (int)(info & 0xFFFF)) * (long)sizeof(uint);
            if (length < RecordHead)
            {
                throw new FormatException($"type {Count} is of kind {(int)kind}, which is unknown; its length cannot be told");
            }

            if (length > end - at)
            {
                throw new FormatException($"type {Count} says {info & 0xFFFF} items, more than are left");
            }

            _records.Add(at);
            at += (int)length;
        }
    }

    private static int Words(BtfKind kind, int count) => kind switch
    {
        BtfKind.Integer or BtfKind.Variable or BtfKind.DeclarationTag => 1,
        BtfKind.Array => 3,
        BtfKind.Struct or BtfKind.Union or BtfKind.DataSection or BtfKind.Enum64 => 3 * count,
        BtfKind.Enum or BtfKind.FunctionPrototype => 2 * count,
        BtfKind.Pointer or BtfKind.Forward or BtfKind.Typedef or BtfKind.Volatile or BtfKind.Const or BtfKind.Restrict or BtfKind.Function
            or BtfKind.Float or BtfKind.TypeTag => 0,
        _ => -RecordHead,
    };

    private void CheckRecords()
    {
        long names = 0;
        for (uint id = _firstId; id < Count; id++)
        {
            BtfKind kind = Kind(id);
            names += CheckName(Head(id, 0));
            if (Refers(kind))
            {
                CheckReference(id, SizeOrType(id));
            }

            // Which words of an item are a name and a type.
            (int words, int name, int type) = kind switch
            {
                BtfKind.Struct or BtfKind.Union => (3, 0, 1),
                BtfKind.FunctionPrototype => (2, 0, 1),
                BtfKind.Enum => (2, 0, -1),
                BtfKind.Enum64 => (3, 0, -1),
                BtfKind.DataSection => (3, -1, 0),
                _ => (0, -1, -1),
            };
            for (int item = 0; words > 0 && item < Length(id); item++)
            {
                names += name < 0 ? 0 : CheckName(Word(id, item * words + name));
                if (type >= 0)
                {
                    CheckReference(id, Word(id, item * words + type));
                }
            }

            if (kind == BtfKind.Array)
            {
                CheckReference(id, Word(id, 0));
            }

            if (names > MostNameBytes)
            {
                throw new FormatException($"its names have more than {MostNameBytes >> 20} MB");
            }
        }

        for (uint id = _firstId; id < Count; id++)
        {
            SizeOf(id);
        }
    }

    private int CheckName(uint offset)
    {
        int length = TextBytes(offset).Length;
        return length <= LongestName ? length : throw new FormatException($"a name has {length} bytes, more than {LongestName}");
    }

    private void CheckReference(uint id, uint target)
    {
        if (target >= Count)
        {
            throw new FormatException($"type {id} refers to type {target}, and there are {Count}");
        }
    }

    private uint Head(uint id, int word) =>
        id < _firstId && _base is not null ? _base.Head(id, word) : At(_records[(int)(id - _firstId)] + word * sizeof(uint));

    private ReadOnlySpan<byte> TextBytes(uint offset)
    {
        if (offset < _firstName && _base is not null)
        {
            return _base.TextBytes(offset);
        }

        offset -= _firstName;
        if (offset >= _stringsLength)
        {
            return offset == 0 ? default(ReadOnlySpan<byte>) : throw new FormatException("a name lies outside the string section");
        }

        // The longest name and one byte more: enough to see that a name is too long without reading all of it.
        int start = (int)offset;
        ReadOnlySpan<byte> rest = _bytes.AsSpan(_strings + start, Math.Min(_stringsLength - start, LongestName + 1));
        int end = rest.IndexOf((byte)0);
        return end < 0 ? rest : rest.Slice(0, end);
    }

    private uint At(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(_bytes.AsSpan(offset));

    private int Place(uint header, uint offset, uint length) =>
        (ulong)header + offset + length <= (ulong)_bytes.Length
            ? (int)(header + offset)
            : throw new FormatException("its header points beyond the end");
}
