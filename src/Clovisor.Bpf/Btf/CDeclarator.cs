using System.Text;

namespace Clovisor.Bpf.Btf;

/// <summary>Writes C declarators, from the name outwards: <c>int (*handler[4])(struct flow *)</c>.</summary>
internal sealed class CDeclarator
{
    // Damaged BTF can say pointers to pointers without end, or prototypes in prototypes that double at each step.
    private const int MostStepsOfName = 2048;

    // Every step copies what was written so far, so that the steps alone are no bound.
    private const int LongestShortened = 8192;

    // Far more than everything that the largest struct of a kernel needs; for a name alone, far more than anybody reads.
    private const int MostCharacters = 16 << 20;
    private const int MostCharactersShortened = 16 * LongestShortened;

    private readonly Func<BtfType, string> _spell;
    private readonly int _mostSteps;
    private readonly bool _shortens;
    private long _characters;
    private int _steps;

    /// <param name="spell">Spells what is no pointer, array or function.</param>
    /// <param name="mostSteps">The most types to write, over all declarations.</param>
    /// <param name="shortens">Whether more than that is left out; otherwise it is an error.</param>
    internal CDeclarator(Func<BtfType, string> spell, int mostSteps, bool shortens)
    {
        _spell = spell;
        _mostSteps = mostSteps;
        _shortens = shortens;
    }

    private bool IsTooLong => _characters > (_shortens ? MostCharactersShortened : MostCharacters);

    /// <summary>A declaration in which types without a tag are hinted at.</summary>
    internal static string Declare(BtfType type, string name) => new CDeclarator(static type => Spell(type, type.Name), MostStepsOfName, shortens: true).Write(type, name);

    /// <summary>How C spells a type that is no pointer, array or function.</summary>
    internal static string Spell(BtfType type, string name) => type switch
    {
        BtfVoid => "void",
        BtfStruct { IsUnion: true } or BtfForward { IsUnion: true } => $"union {(name.Length == 0 ? "{ ... }" : name)}",
        BtfStruct or BtfForward => $"struct {(name.Length == 0 ? "{ ... }" : name)}",
        BtfEnumeration => $"enum {(name.Length == 0 ? "{ ... }" : name)}",
        BtfVariable variable => variable.Type.ToString(),
        _ => name,
    };

    // Both ways cost: what a step is given, which grows inwards, and what it gives back, which grows outwards.
    internal string Write(BtfType type, string name)
    {
        _characters += name.Length;
        if (++_steps > _mostSteps || (_shortens && name.Length > LongestShortened) || IsTooLong)
        {
            return _shortens ? $"void /* ... */ {name}" : throw TooLong(type);
        }

        string text = Step(type, name);
        _characters += text.Length;
        return !IsTooLong ? text : _shortens ? "void /* ... */" : throw TooLong(type);
    }

    private string Step(BtfType type, string name)
    {
        switch (type)
        {
            case BtfPointer { Target: var target }:
                return Write(target, target is BtfArray or BtfFunctionPrototype ? $"(*{name})" : $"*{name}");
            case BtfArray array:
                return Write(array.Element, $"{name}[{array.Length}]");
            case BtfFunctionPrototype prototype:
                return Write(prototype.ReturnType, $"{name}({Parameters(prototype)})");
            case BtfFunction { Prototype: { } prototype }:
                return Write(prototype, name.Length == 0 ? type.Name : name);
            case BtfQualifier { Kind: BtfKind.TypeTag, Target: var tagged }:
                return Write(tagged, name);
            case BtfQualifier qualifier when IsPointer(qualifier.Target):
                return Write(qualifier.Target, name.Length == 0 ? Word(qualifier) : $"{Word(qualifier)} {name}");
            case BtfQualifier qualifier:
                return $"{Word(qualifier)} {Write(qualifier.Target, name)}";
            default:
                string spelled = _spell(type);
                return name.Length == 0 ? spelled : name[0] == '[' ? spelled + name : $"{spelled} {name}";
        }
    }

    private InvalidOperationException TooLong(BtfType type) =>
        new($"{type} needs more than {_mostSteps} declarations, or declarations longer than any compiler takes");

    private static bool IsPointer(BtfType type)
    {
        while (type is BtfQualifier qualifier)
        {
            type = qualifier.Target;
        }

        return type is BtfPointer;
    }

    private static string Word(BtfQualifier qualifier) => qualifier.Kind switch
    {
        BtfKind.Const => "const",
        BtfKind.Volatile => "volatile",
        _ => "restrict",
    };

    private string Parameters(BtfFunctionPrototype prototype)
    {
        if (prototype.Parameters.Count == 0)
        {
            return prototype.IsVariadic ? "" : "void";
        }

        var text = new StringBuilder();
        foreach (BtfParameter parameter in prototype.Parameters)
        {
            text.Append(text.Length == 0 ? "" : ", ").Append(Write(parameter.Type, parameter.Name));
            if (_steps > _mostSteps)
            {
                break;
            }
        }

        return text.Append(prototype.IsVariadic ? ", ..." : "").ToString();
    }
}
