using System.Globalization;
using System.Text;

namespace Clovisor.Bpf.Btf;

/// <summary>Writes one type in C with what it needs, in an order that a compiler takes.</summary>
internal sealed class CDeclarationWriter
{
    private const int DeepestNesting = 128;
    private const int MostDeclarations = 100_000;

    // Types that a compiler knows by itself.
    private static readonly string[] BuiltIn = ["__builtin_va_list"];

    private readonly StringBuilder _text = new();
    private readonly CLayout _layout = new();
    private readonly CDeclarator _declarator;
    private readonly HashSet<uint> _declared = [];
    private readonly HashSet<uint> _defined = [];
    private readonly HashSet<uint> _open = [];
    private readonly Dictionary<(bool IsTag, string Name), List<uint>> _names = [];
    private int _indentation;

    internal CDeclarationWriter() => _declarator = new CDeclarator(Spell, MostDeclarations, shortens: false);

    internal string Write(BtfType type)
    {
        Need(type, complete: true, 0);
        if (type is BtfFunction or BtfVariable || (type is not (BtfTypedef or BtfStruct or BtfEnumeration or BtfForward) || type.Name.Length == 0))
        {
            BtfType declared = type is BtfVariable variable ? variable.Type : type;
            _text.Append(type is BtfVariable ? "extern " : "").Append(_declarator.Write(declared, type is BtfVariable ? type.Name : "")).Append(";\n");
        }

        return _text.ToString();
    }

    private void Need(BtfType type, bool complete, int depth)
    {
        if (depth > DeepestNesting)
        {
            throw new InvalidOperationException($"{type} contains itself, or types are nested more than {DeepestNesting} deep");
        }

        switch (type)
        {
            case BtfPointer pointer:
                Need(pointer.Target, complete: false, depth + 1);
                break;
            case BtfQualifier qualifier:
                Need(qualifier.Target, complete, depth + 1);
                break;
            case BtfArray array:
                Need(array.Element, complete: true, depth + 1);
                break;
            case BtfVariable variable:
                Need(variable.Type, complete: true, depth + 1);
                break;
            case BtfFunction { Prototype: { } prototype }:
                Need(prototype, complete: false, depth + 1);
                break;
            case BtfFunctionPrototype prototype:
                Need(prototype.ReturnType, complete: false, depth + 1);
                foreach (BtfParameter parameter in prototype.Parameters)
                {
                    Need(parameter.Type, complete: false, depth + 1);
                }

                break;
            case BtfTypedef alias:
                NeedTypedef(alias, complete, depth);
                break;
            case BtfEnumeration { Name.Length: > 0 } values when _defined.Add(values.Id):
                _text.Append(Enumeration(values)).Append(";\n\n");
                break;
            case BtfForward when _declared.Add(type.Id):
                _text.Append(Spell(type)).Append(";\n\n");
                break;
            case BtfStruct layout:
                NeedStruct(layout, complete, depth);
                break;
        }
    }

    private void NeedTypedef(BtfTypedef alias, bool complete, int depth)
    {
        // What an anonymous struct holds is written in the typedef itself.
        Need(alias.Target, complete || alias.Target is BtfStruct { Name.Length: 0 }, depth + 1);
        if (_declared.Add(alias.Id) && Array.IndexOf(BuiltIn, alias.Name) < 0)
        {
            _text.Append("typedef ").Append(_declarator.Write(alias.Target, NameOf(alias, isTag: false))).Append(";\n\n");
        }
    }

    private void NeedStruct(BtfStruct layout, bool complete, int depth)
    {
        bool isNamed = layout.Name.Length > 0;
        if (!complete && isNamed)
        {
            if (!_defined.Contains(layout.Id) && _declared.Add(layout.Id))
            {
                _text.Append(Spell(layout)).Append(";\n\n");
            }

            return;
        }

        if (_defined.Contains(layout.Id))
        {
            return;
        }

        if (!_open.Add(layout.Id))
        {
            throw new InvalidOperationException($"{layout} contains itself by value");
        }

        foreach (BtfMember member in layout.Members)
        {
            Need(member.Type, complete: true, depth + 1);
        }

        _open.Remove(layout.Id);
        _defined.Add(layout.Id);
        if (isNamed)
        {
            _text.Append(Spell(layout)).Append(' ').Append(Body(layout)).Append(";\n\n");
        }
    }

    private string Spell(BtfType type) => type switch
    {
        BtfStruct { Name.Length: 0 } layout => $"{(layout.IsUnion ? "union" : "struct")} {Body(layout)}",
        BtfEnumeration { Name.Length: 0 } values => Enumeration(values),
        BtfStruct or BtfForward or BtfEnumeration => CDeclarator.Spell(type, NameOf(type, isTag: true)),
        BtfTypedef => NameOf(type, isTag: false),
        _ => CDeclarator.Spell(type, type.Name),
    };

    // Several files can have types of one name. A declaration and its definition share it, others get a number.
    private string NameOf(BtfType type, bool isTag)
    {
        if (!_names.TryGetValue((isTag, type.Name), out List<uint>? ids))
        {
            _names[(isTag, type.Name)] = ids = [];
        }

        int place = ids.FindIndex(id => id == type.Id || (isTag && (type is BtfForward || type.Table[id] is BtfForward)));
        if (place < 0)
        {
            place = ids.Count;
            ids.Add(type.Id);
        }

        return place == 0 ? type.Name : $"{type.Name}___{place + 1}";
    }

    private string Enumeration(BtfEnumeration values)
    {
        string mode = values.Size switch
        {
            1 => " __attribute__((mode(byte)))",
            2 => " __attribute__((mode(HI)))",
            8 when values.Kind == BtfKind.Enum => " __attribute__((mode(DI)))",
            _ => "",
        };
        string suffix = values.Kind != BtfKind.Enum64 ? "" : values.IsSigned ? "LL" : "ULL";
        var text = new StringBuilder($"enum {values.Name}{(values.Name.Length == 0 ? "" : " ")}{{\n");
        _indentation++;
        foreach (KeyValuePair<string, long> value in values.Values)
        {
            string number = values.Kind == BtfKind.Enum64 && !values.IsSigned
                ? unchecked((ulong)value.Value).ToString(CultureInfo.InvariantCulture)
                : value.Value.ToString(CultureInfo.InvariantCulture);
            Indent(text).Append(value.Key).Append(" = ").Append(number).Append(suffix).Append(",\n");
        }

        _indentation--;
        return Indent(text).Append('}').Append(mode).ToString();
    }

    private string Body(BtfStruct layout)
    {
        bool packed = _layout.IsPacked(layout) && layout.Members.Any(member => _layout.AlignmentOf(member.Type) > 1);
        var text = new StringBuilder("{\n");
        int padding = 0;
        long at = 0;
        _indentation++;
        foreach (BtfMember member in layout.Members)
        {
            if (!layout.IsUnion)
            {
                Pad(text, ref at, member.BitOffset, _layout.Next(member, at, packed), ref padding);
                at = member.BitOffset + (member.BitSize > 0 ? member.BitSize : member.Size * 8L);
            }

            string width = member.BitSize > 0 ? $" : {member.BitSize}" : "";
            Indent(text).Append(_declarator.Write(member.Type, member.Name)).Append(width).Append(";\n");
        }

        if (!layout.IsUnion)
        {
            long end = layout.Size * 8L;
            Pad(text, ref at, end, CLayout.RoundUp(at, 8 * (packed ? 1 : _layout.AlignmentOf(layout))), ref padding);
        }

        _indentation--;
        return Indent(text).Append('}').Append(packed ? " __attribute__((packed))" : "").ToString();
    }

    // Bits up to a whole byte, then bytes: they lie where they are written, whatever the alignment.
    private void Pad(StringBuilder text, ref long at, long wanted, long natural, ref int number)
    {
        if (natural >= wanted)
        {
            return;
        }

        long bits = Math.Min(wanted - at, (8 - at % 8) % 8);
        if (bits > 0)
        {
            Indent(text).Append("unsigned char : ").Append(bits).Append(";\n");
            at += bits;
        }

        long bytes = (wanted - at) / 8;
        if (bytes > 0)
        {
            Indent(text).Append($"unsigned char __padding{number++}[{bytes}];\n");
            at += bytes * 8;
        }

        if (wanted > at)
        {
            Indent(text).Append("unsigned char : ").Append(wanted - at).Append(";\n");
            at = wanted;
        }
    }

    private StringBuilder Indent(StringBuilder text) => text.Append('\t', _indentation);
}
