using System.Collections.Immutable;
using System.Globalization;

namespace Clovisor.Istio.Serialization;

/// <summary>
/// Reads the fields of one object by name. Every name that is asked for is a known one: what is left over when
/// <see cref="Finish"/> is called is an unknown field. A field with an error reads as unset, and reading goes on.
/// </summary>
internal sealed partial class FieldReader(YamlNode node, string path, ErrorList errors)
{
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    public YamlNode Node { get; } = node;

    public int Line => Node.Line;

    public string Path { get; } = path;

    public ErrorList Errors { get; } = errors;

    public string PathOf(string name) => Path.Length == 0 ? name : $"{Path}.{name}";

    public void Error(string name, string message) => Errors.Add(Node.Find(name)?.Line ?? Line, PathOf(name), message);

    public bool Has(string name) => Get(name) is not null;

    /// <summary>Names fields that exist and are left aside.</summary>
    public FieldReader Ignore(params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            _known.Add(name);
        }

        return this;
    }

    public string Text(string name) => OptionalText(name) ?? "";

    public string? OptionalText(string name) => Get(name) is { } value ? TextOf(value, PathOf(name)) : null;

    public string RequiredText(string name)
    {
        string? text = OptionalText(name);
        if (text is null && !Has(name))
        {
            Errors.Add(Line, PathOf(name), "is missing");
        }

        return text ?? "";
    }

    /// <summary>Reads the name of one of some values; empty text where the field is absent. Text that is there and empty names none of them.</summary>
    public string Choice(string name, params ReadOnlySpan<string> names)
    {
        if (OptionalText(name) is not { } text)
        {
            return "";
        }

        if (names.Contains(text))
        {
            return text;
        }

        Error(name, $"must be {string.Join(", ", names[..^1]!)} or {names[^1]}, not \"{text}\"");
        return "";
    }

    public bool Flag(string name) => OptionalFlag(name) ?? false;

    public bool? OptionalFlag(string name)
    {
        if (Get(name) is not { } value)
        {
            return null;
        }

        if (value.Kind == YamlKind.Scalar && value.Plain && YamlScalars.AsBoolean(value) is { } flag)
        {
            return flag;
        }

        Error(name, $"must be true or false, not {value.Describe()}");
        return null;
    }

    public int Integer(string name, int minimum, int maximum) => Get(name) is { } value ? WholeOf(value, PathOf(name), minimum, maximum) ?? 0 : 0;

    public ImmutableDictionary<string, int> IntegerMap(string name, int minimum, int maximum) =>
        Map(name, (value, path) => WholeOf(value, path, minimum, maximum) is { } number ? (object)number : null).ToImmutableDictionary(static p => p.Key, static p => (int)p.Value);

    public double? Number(string name)
    {
        if (Get(name) is not { } value)
        {
            return null;
        }

        if (value.Kind == YamlKind.Scalar && double.TryParse(value.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number))
        {
            return number;
        }

        Error(name, $"must be a number, not {value.Describe()}");
        return null;
    }

    /// <summary>Reads a duration. Istio refuses those that are shorter or finer than a millisecond, 0 too, except where it has a meaning.</summary>
    public TimeSpan? Duration(string name, bool zeroAllowed = false)
    {
        if (OptionalText(name) is not { } text)
        {
            return null;
        }

        if (!Durations.TryParse(text, out TimeSpan value))
        {
            Error(name, $"\"{text}\" is not a duration; write numbers with units, such as 500ms, 1.5s or 1m30s");
            return null;
        }

        if (zeroAllowed && value == TimeSpan.Zero)
        {
            return value;
        }

        if (value < TimeSpan.FromMilliseconds(1))
        {
            Error(name, $"must be at least 1ms, not {text}");
        }
        else if (value.Ticks % TimeSpan.TicksPerMillisecond != 0)
        {
            Error(name, $"must be whole milliseconds, not {text}");
        }

        return value;
    }

    public T? Object<T>(string name, Func<FieldReader, T> bind)
        where T : class
    {
        if (Get(name) is not { } value)
        {
            return null;
        }

        return ObjectOf(value, PathOf(name), bind);
    }

    public ImmutableDictionary<string, string> TextMap(string name) => Map(name, TextOf);

    public ImmutableDictionary<string, T> ObjectMap<T>(string name, Func<FieldReader, T> bind)
        where T : class => Map(name, (value, path) => ObjectOf(value, path, bind));

    /// <summary>Reports what nobody asked for.</summary>
    public void Finish()
    {
        foreach (YamlField field in Node.Fields)
        {
            if (!_known.Contains(field.Name))
            {
                Errors.AddUnknown(field.Line, PathOf(field.Name), $"is not a known field{NearestName.Hint(field.Name, _known)}");
            }
        }
    }

    private ImmutableDictionary<string, T> Map<T>(string name, Func<YamlNode, string, T?> read)
        where T : class
    {
        if (Get(name) is not { } value)
        {
            return ImmutableDictionary<string, T>.Empty;
        }

        if (value.Kind != YamlKind.Mapping)
        {
            Error(name, $"must be an object of names and values, not {value.Describe()}");
            return ImmutableDictionary<string, T>.Empty;
        }

        var map = ImmutableDictionary.CreateBuilder<string, T>(StringComparer.Ordinal);
        foreach (YamlField field in value.Fields)
        {
            string path = $"{PathOf(name)}[{field.Name}]";
            if (field.Value.IsNull)
            {
                Errors.Add(field.Line, path, "has no value");
            }
            else if (read(field.Value, path) is { } bound)
            {
                map[field.Name] = bound;
            }
        }

        return map.ToImmutable();
    }

    private int? WholeOf(YamlNode value, string path, int minimum, int maximum)
    {
        double number = 0;
        bool isWhole = value.Kind == YamlKind.Scalar && double.TryParse(value.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && number == Math.Floor(number);
        if (isWhole && number >= minimum && number <= maximum)
        {
            return (int)number;
        }

        Errors.Add(value.Line, path, isWhole ? $"must be {minimum} to {maximum}, not {value.Text}" : $"must be a whole number, not {value.Describe()}");
        return null;
    }

    private YamlNode? Get(string name)
    {
        _known.Add(name);
        YamlNode? value = Node.Find(name);
        return value is null || value.IsNull ? null : value;
    }

    private string? TextOf(YamlNode value, string path)
    {
        if (value.Kind != YamlKind.Scalar)
        {
            Errors.Add(value.Line, path, $"must be text, not {value.Describe()}");
            return null;
        }

        if (YamlScalars.IsBoolean(value) || YamlScalars.IsNumber(value))
        {
            Errors.Add(value.Line, path, $"must be text, not {value.Describe()}; put it in quotes");
            return null;
        }

        return value.Text;
    }

    private T? ObjectOf<T>(YamlNode value, string path, Func<FieldReader, T> bind)
        where T : class
    {
        if (value.Kind != YamlKind.Mapping)
        {
            Errors.Add(value.Line, path, $"must be an object, not {value.Describe()}");
            return null;
        }

        var reader = new FieldReader(value, path, Errors);
        T bound = bind(reader);
        reader.Finish();
        return bound;
    }
}
