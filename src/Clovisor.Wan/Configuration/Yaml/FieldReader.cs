using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Clovisor.Wan.Configuration.Yaml;

internal delegate bool TryRead<T>(string text, out T value);

/// <summary>Takes the fields of one mapping, each by its name and form, and reports those that nobody asked for.</summary>
internal sealed class FieldReader
{
    private readonly YamlMapping _mapping;
    private readonly string _path;
    private readonly ErrorSink _errors;
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    public FieldReader(YamlMapping mapping, string path, ErrorSink errors)
    {
        _mapping = mapping;
        _path = path;
        _errors = errors;
        foreach (IGrouping<string, (YamlScalar Key, YamlValue Value)> repeated in
            mapping.Fields.GroupBy(static field => field.Key.Text).Where(static group => group.Count() > 1))
        {
            foreach ((YamlScalar key, _) in repeated.Skip(1))
            {
                errors.Add(
                    ConfigurationErrorCodes.RepeatedField,
                    key.Line,
                    PathOf(key.Text),
                    $"the field stands here again, after line {repeated.First().Key.Line}; keep one.");
            }
        }
    }

    public string PathOf(string name) => _path.Length == 0 ? name : $"{_path}.{name}";

    /// <summary>Reports every field that was not asked for. Call last.</summary>
    public void Finish()
    {
        foreach ((YamlScalar key, _) in _mapping.Fields.Where(field => !_asked.Contains(field.Key.Text)))
        {
            _errors.Add(
                ConfigurationErrorCodes.UnknownField,
                key.Line,
                PathOf(key.Text),
                $"there is no field '{key.Text}' here{Suggestion.For(key.Text, _asked)}");
        }
    }

    /// <summary>Takes a field as it is; null when it is missing or empty.</summary>
    public YamlValue? Value(string name)
    {
        _asked.Add(name);
        return _mapping[name] is { } value and not YamlScalar { IsNull: true } ? value : null;
    }

    public bool Has(string name) => Value(name) is not null;

    public void Missing(string name, string hint) => _errors.Add(
        ConfigurationErrorCodes.MissingField, _mapping.Line, PathOf(name), $"the field is missing; {hint}.");

    public bool TryText(string name, string hint, [NotNullWhen(true)] out string? text)
    {
        text = Value(name) is { } value ? Scalar(value, PathOf(name), hint) : null;
        if (!Has(name))
        {
            Missing(name, hint);
        }

        return text is not null;
    }

    public string? OptionalText(string name, string hint) => Value(name) is { } value ? Scalar(value, PathOf(name), hint) : null;

    /// <summary>Takes a value of one form; the default when it is missing or wrong.</summary>
    public T Read<T>(string name, TryRead<T> tryRead, string hint, T whenMissing) =>
        Value(name) is { } value && TryScalar(value, PathOf(name), tryRead, hint, out T read) ? read : whenMissing;

    public T? ReadOptional<T>(string name, TryRead<T> tryRead, string hint)
        where T : struct =>
        Value(name) is { } value && TryScalar(value, PathOf(name), tryRead, hint, out T read) ? read : null;

    public TimeSpan Duration(string name, TimeSpan whenMissing) => Read(name, Units.TryDuration, Units.DurationHint, whenMissing);

    public int Integer(string name, int whenMissing) => Read(name, static (string text, out int value) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value), "write a whole number", whenMissing);

    /// <summary>Takes one of a few words.</summary>
    public T Word<T>(string name, T whenMissing, params (string Word, T Meaning)[] words) =>
        Read(
            name,
            (string text, out T value) =>
            {
                int found = Array.FindIndex(words, word => word.Word == text);
                value = found < 0 ? whenMissing : words[found].Meaning;
                return found >= 0;
            },
            $"write one of {string.Join(", ", words.Select(static word => word.Word))}",
            whenMissing);

    /// <summary>Takes a list, or one value in its place.</summary>
    public ImmutableArray<T> List<T>(string name, TryRead<T> tryRead, string hint)
    {
        ImmutableArray<T>.Builder items = ImmutableArray.CreateBuilder<T>();
        foreach ((YamlValue item, string path) in Items(name))
        {
            if (TryScalar(item, path, tryRead, hint, out T read))
            {
                items.Add(read);
            }
        }

        return items.ToImmutable();
    }

    /// <summary>Takes the items of a list, or one value in its place.</summary>
    public IEnumerable<(YamlValue Item, string Path)> Items(string name) => Value(name) switch
    {
        null => [],
        YamlList list => list.Items.Select((item, position) => (item, $"{PathOf(name)}[{position}]")),
        { } single => [(single, PathOf(name))],
    };

    /// <summary>Takes a nested mapping; null when it is missing or something else.</summary>
    public FieldReader? Nested(string name, string hint) => Value(name) is { } value ? AsMapping(value, PathOf(name), hint) : null;

    public FieldReader? AsMapping(YamlValue value, string path, string hint)
    {
        if (value is YamlMapping mapping)
        {
            return new FieldReader(mapping, path, _errors);
        }

        _errors.Add(ConfigurationErrorCodes.MalformedValue, value.Line, path, $"a {Form(value)} stands where fields are wanted; {hint}.");
        return null;
    }

    public IEnumerable<(YamlScalar Key, YamlValue Value)> AllFields()
    {
        _asked.UnionWith(_mapping.Fields.Select(static field => field.Key.Text));
        return _mapping.Fields;
    }

    public bool TryScalar<T>(YamlValue value, string path, TryRead<T> tryRead, string hint, out T read)
    {
        read = default!;
        if (Scalar(value, path, hint) is not { } text)
        {
            return false;
        }

        if (tryRead(text, out read))
        {
            return true;
        }

        _errors.Add(ConfigurationErrorCodes.MalformedValue, value.Line, path, $"'{text}' is not understood; {hint}.");
        return false;
    }

    public void NotSupported(string name, string message) =>
        _errors.Add(ConfigurationErrorCodes.NotSupported, _mapping.LineOf(name), PathOf(name), message);

    private string? Scalar(YamlValue value, string path, string hint)
    {
        if (value is YamlScalar scalar)
        {
            return scalar.Text;
        }

        _errors.Add(ConfigurationErrorCodes.MalformedValue, value.Line, path, $"a {Form(value)} stands where one value is wanted; {hint}.");
        return null;
    }

    private static string Form(YamlValue value) => value switch
    {
        YamlList => "list",
        YamlMapping => "group of fields",
        _ => "single value",
    };
}
