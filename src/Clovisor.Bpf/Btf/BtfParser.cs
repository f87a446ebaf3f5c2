using System.Buffers.Binary;
using System.Text;

namespace Clovisor.Bpf.Btf;

/// <summary>Splits a BTF blob into its records. Every offset is checked: the blob may come from anywhere.</summary>
internal ref struct BtfParser
{
    private const ushort Magic = 0xEB9F;

    private readonly ReadOnlySpan<byte> _types;
    private readonly ReadOnlySpan<byte> _strings;
    private int _at;

    /// <exception cref="FormatException">The blob is not BTF; the message says why.</exception>
    internal BtfParser(ReadOnlySpan<byte> blob)
    {
        if (blob.Length < 24 || BinaryPrimitives.ReadUInt16LittleEndian(blob) != Magic)
        {
            throw new FormatException("it does not start as little-endian BTF");
        }

        ReadOnlySpan<byte> body = Slice(blob, BinaryPrimitives.ReadUInt32LittleEndian(blob[4..]), null);
        _types = Slice(body, BinaryPrimitives.ReadUInt32LittleEndian(blob[8..]), BinaryPrimitives.ReadUInt32LittleEndian(blob[12..]));
        _strings = Slice(body, BinaryPrimitives.ReadUInt32LittleEndian(blob[16..]), BinaryPrimitives.ReadUInt32LittleEndian(blob[20..]));
    }

    /// <summary>All records; the index is the type id, 0 is void.</summary>
    internal List<BtfRecord> ReadAll()
    {
        var records = new List<BtfRecord> { new("", BtfKind.Void, false, 0, []) };
        while (_at < _types.Length)
        {
            records.Add(ReadRecord());
        }

        return records;
    }

    private BtfRecord ReadRecord()
    {
        string name = Text(Next());
        uint info = Next();
        uint sizeOrType = Next();
        int count = (int)(info & 0xFFFF);
        bool flag = info >> 31 != 0;
        var kind = (BtfKind)((info >> 24) & 0x1F);

        switch (kind)
        {
            case BtfKind.Integer:
                uint encoding = Next();
                return new BtfRecord(name, kind, ((encoding >> 24) & 1) != 0, sizeOrType, []);
            case BtfKind.Array:
                uint element = Next();
                Next();
                return new BtfRecord(name, kind, false, element, [new BtfItem("", Next(), 0, 0)]);
            case BtfKind.Struct or BtfKind.Union:
                return new BtfRecord(name, kind, flag, sizeOrType, Items(count, 3));
            case BtfKind.Enum:
                return new BtfRecord(name, kind, flag, sizeOrType, Items(count, 2));
            case BtfKind.Enum64 or BtfKind.DataSection:
                return new BtfRecord(name, kind, flag, sizeOrType, Items(count, kind == BtfKind.Enum64 ? 3 : -3));
            case BtfKind.FunctionPrototype:
                return new BtfRecord(name, kind, flag, sizeOrType, Items(count, 2));
            case BtfKind.Variable or BtfKind.DeclarationTag:
                return new BtfRecord(name, kind, flag, sizeOrType, [new BtfItem("", Next(), 0, 0)]);
            case BtfKind.Pointer or BtfKind.Forward or BtfKind.Typedef or BtfKind.Volatile or BtfKind.Const or BtfKind.Restrict
                or BtfKind.Function or BtfKind.Float or BtfKind.TypeTag:
                return new BtfRecord(name, kind, flag, sizeOrType, []);
            default:
                throw new FormatException($"record at {_at} is of kind {(int)kind}, which is unknown; its length cannot be told");
        }
    }

    // Three words: name, a, b. Two words: name, a. Minus three: no name, a, b, c.
    private BtfItem[] Items(int count, int words)
    {
        int bytes = Math.Abs(words) * sizeof(uint);
        if (count > (_types.Length - _at) / bytes)
        {
            throw new FormatException($"record at {_at} says {count} items, more than are left");
        }

        var items = new BtfItem[count];
        for (int i = 0; i < count; i++)
        {
            items[i] = words switch
            {
                2 => new BtfItem(Text(Next()), Next(), 0, 0),
                3 => new BtfItem(Text(Next()), Next(), Next(), 0),
                _ => new BtfItem("", Next(), Next(), Next()),
            };
        }

        return items;
    }

    private uint Next()
    {
        if (_at > _types.Length - sizeof(uint))
        {
            throw new FormatException("the last record is cut off");
        }

        uint value = BinaryPrimitives.ReadUInt32LittleEndian(_types[_at..]);
        _at += sizeof(uint);
        return value;
    }

    private readonly string Text(uint offset)
    {
        if (offset >= _strings.Length)
        {
            return offset == 0 ? "" : throw new FormatException("a name lies outside the string section");
        }

        ReadOnlySpan<byte> rest = _strings[(int)offset..];
        int end = rest.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? rest : rest[..end]);
    }

    private static ReadOnlySpan<byte> Slice(ReadOnlySpan<byte> bytes, uint offset, uint? length) =>
        offset <= bytes.Length && (length is null || length <= bytes.Length - offset)
            ? bytes.Slice((int)offset, (int)(length ?? (uint)bytes.Length - offset))
            : throw new FormatException("its header points beyond the end");
}
