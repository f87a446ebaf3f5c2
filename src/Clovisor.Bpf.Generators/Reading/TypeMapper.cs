using System.Globalization;
using Clovisor.Bpf.Btf;
using Clovisor.Bpf.Generators.Models;
using Clovisor.Bpf.Generators.Naming;

namespace Clovisor.Bpf.Generators.Reading;

/// <summary>Gives each C type that is met its C# type, and keeps those that must be written.</summary>
internal sealed class TypeMapper
{
    // The runtime loads no inline array and hardly any struct beyond that.
    internal const int LargestSize = 1 << 20;
    private const int DeepestNesting = 32;

    private readonly NameScope _scope;
    private readonly Dictionary<uint, string?> _known = [];
    private readonly Dictionary<(int Length, bool IsText), string> _arrays = [];
    private readonly List<TypeModel> _types = [];
    private readonly StructMapper _structs;
    private int _depth;

    /// <param name="scope">The names of the class that the types are nested in.</param>
    /// <param name="leftOut">Told what has no counterpart: the C declaration, where, why.</param>
    internal TypeMapper(NameScope scope, Action<string, string, string> leftOut)
    {
        _scope = scope;
        _structs = new StructMapper(this, leftOut);
    }

    /// <summary>The types to write, in the order met.</summary>
    internal IReadOnlyList<TypeModel> Types => _types;

    /// <summary>The C# type; null when there is none, such as for <c>void</c> or a flexible array.</summary>
    /// <param name="type">The C type.</param>
    /// <param name="hint">What to call it if it has no name of its own.</param>
    internal string? Map(BtfType type, string hint)
    {
        // A typedef of an anonymous type names it.
        for (int steps = 0; steps < 64 && type is BtfTypedef or BtfQualifier; steps++)
        {
            hint = type is BtfTypedef { Name.Length: > 0 } ? CSharpName.Pascal(WithoutSuffix(type.Name)) : hint;
            type = type is BtfTypedef alias ? alias.Target : ((BtfQualifier)type).Target;
        }

        return type switch
        {
            BtfInteger integer => Integer(integer),
            BtfFloat { Size: 4 } => "float",
            BtfFloat { Size: 8 } => "double",
            BtfFloat { Size: > 0 } other => $"{ArrayName(other.Size, isText: false)}<byte>",
            BtfPointer => "ulong",
            BtfArray array => Array(array, hint),
            BtfEnumeration values => Known(values.Id, () => Enumeration(values, hint)),
            BtfStruct layout => Known(layout.Id, () => Struct(layout, hint)),
            _ => null,
        };
    }

    // C marks typedefs so; C# marks no types.
    private static string WithoutSuffix(string name) =>
        name.Length > 2 && name.EndsWith("_t", StringComparison.Ordinal) ? name.Substring(0, name.Length - 2) : name;

    /// <summary>The C# type of a number of so many bytes; null when there is none.</summary>
    internal static string? Unsigned(int size) => size switch
    {
        1 => "byte",
        2 => "ushort",
        4 => "uint",
        8 => "ulong",
        _ => null,
    };

    private static string? Integer(BtfInteger integer)
    {
        // Whether char is signed depends on the machine: in C# a character of C is a byte.
        bool isSigned = integer.IsSigned && integer.Name != "char";
        return (integer.Size, isSigned) switch
        {
            (1, _) when integer.IsBoolean => "bool",
            (1, true) => "sbyte",
            (2, true) => "short",
            (4, true) => "int",
            (8, true) => "long",
            (16, true) => "global::System.Int128",
            (16, false) => "global::System.UInt128",
            (var size, _) => Unsigned(size),
        };
    }

    private string? Known(uint id, Func<string?> make)
    {
        if (_known.TryGetValue(id, out string? name))
        {
            return name;
        }

        // Until it is made it has none: what contains itself by value, or nests without end, cannot be a type of C#.
        _known[id] = null;
        if (_depth >= DeepestNesting)
        {
            return null;
        }

        _depth++;
        name = make();
        _depth--;
        return _known[id] = name;
    }

    private string? Array(BtfArray array, string hint)
    {
        if (array.Size is <= 0 or > LargestSize)
        {
            return null;
        }

        if (IsCharacter(array.Element))
        {
            return ArrayName(array.Length, isText: true);
        }

        return Map(array.Element, hint) is { } element ? $"{ArrayName(array.Length, isText: false)}<{element}>" : null;
    }

    internal static bool IsCharacter(BtfType type) => type.Unqualified is BtfInteger { Name: "char" };

    private string ArrayName(int length, bool isText)
    {
        if (!_arrays.TryGetValue((length, isText), out string? name))
        {
            name = _scope.Take($"{(isText ? "Text" : "Array")}{length}");
            _arrays[(length, isText)] = name;
            _types.Add(new ArrayModel(name, length, isText));
        }

        return name;
    }

    private string? Struct(BtfStruct layout, string hint)
    {
        if (layout.Size is <= 0 or > LargestSize)
        {
            return null;
        }

        string name = _scope.Take(layout.Name.Length > 0 ? CSharpName.Pascal(layout.Name) : hint);
        _known[layout.Id] = null;
        int place = _types.Count;
        _types.Insert(place, _structs.Map(layout, name));
        return name;
    }

    private string? Enumeration(BtfEnumeration values, string hint)
    {
        bool isSigned = values.IsSigned;
        if (!isSigned && values.Size == 4 && values.Values.Any(static value => value.Value > int.MaxValue))
        {
            // Compilers before clang 16 do not say it. Numbers just below 2^32 are small negative ones, others are bits.
            isSigned = values.Values.All(static value => value.Value is <= int.MaxValue or >= 0xFFFF0000);
        }

        string? underlying = (values.Size, isSigned) switch
        {
            (1, true) => "sbyte",
            (2, true) => "short",
            (4, true) => "int",
            (8, true) => "long",
            (var size, _) => Unsigned(size),
        };
        if (underlying is null)
        {
            return null;
        }

        string name = _scope.Take(values.Name.Length > 0 ? CSharpName.Pascal(values.Name) : hint);
        var names = new NameScope(name);
        _types.Add(new EnumModel(
            name,
            values.Name.Length > 0 ? $"enum {values.Name}" : "enum",
            underlying,
            EnumNames.Short(values).Select(pair => new EnumValueModel(names.Take(pair.Name), pair.CName, Number(pair.Value, underlying))).ToEquatable()));
        return name;
    }

    private static string Number(long value, string underlying) => underlying switch
    {
        "sbyte" => unchecked((sbyte)value).ToString(CultureInfo.InvariantCulture),
        "short" => unchecked((short)value).ToString(CultureInfo.InvariantCulture),
        "int" => unchecked((int)value).ToString(CultureInfo.InvariantCulture),
        "long" => value.ToString(CultureInfo.InvariantCulture),
        "byte" => unchecked((byte)value).ToString(CultureInfo.InvariantCulture),
        "ushort" => unchecked((ushort)value).ToString(CultureInfo.InvariantCulture),
        "uint" => unchecked((uint)value).ToString(CultureInfo.InvariantCulture),
        _ => unchecked((ulong)value).ToString(CultureInfo.InvariantCulture),
    };
}
