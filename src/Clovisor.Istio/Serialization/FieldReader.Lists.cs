using System.Collections.Immutable;
using System.Globalization;

namespace Clovisor.Istio.Serialization;

internal sealed partial class FieldReader
{
    public ImmutableArray<T> List<T>(string name, Func<FieldReader, T> bind)
        where T : class
    {
        var list = ImmutableArray.CreateBuilder<T>();
        foreach ((YamlNode item, string itemPath) in Items(name))
        {
            if (ObjectOf(item, itemPath, bind) is { } bound)
            {
                list.Add(bound);
            }
        }

        return list.DrainToImmutable();
    }

    public ImmutableArray<string> Texts(string name)
    {
        var list = ImmutableArray.CreateBuilder<string>();
        foreach ((YamlNode item, string itemPath) in Items(name))
        {
            if (TextOf(item, itemPath) is { } text)
            {
                list.Add(text);
            }
        }

        return list.DrainToImmutable();
    }

    public ImmutableArray<int> Integers(string name, int minimum, int maximum)
    {
        var list = ImmutableArray.CreateBuilder<int>();
        foreach ((YamlNode item, string itemPath) in Items(name))
        {
            if (item.Kind == YamlKind.Scalar && int.TryParse(item.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) && number >= minimum && number <= maximum)
            {
                list.Add(number);
            }
            else
            {
                Errors.Add(item.Line, itemPath, $"must be a whole number from {minimum} to {maximum}, not {item.Describe()}");
            }
        }

        return list.DrainToImmutable();
    }

    private List<(YamlNode Item, string Path)> Items(string name)
    {
        var items = new List<(YamlNode, string)>();
        if (Get(name) is not { } value)
        {
            return items;
        }

        if (value.Kind != YamlKind.Sequence)
        {
            Error(name, $"must be a list, not {value.Describe()}");
            return items;
        }

        for (int i = 0; i < value.Items.Count; i++)
        {
            string path = $"{PathOf(name)}[{i}]";
            if (value.Items[i].IsNull)
            {
                Errors.Add(value.Items[i].Line, path, "is empty");
            }
            else
            {
                items.Add((value.Items[i], path));
            }
        }

        return items;
    }
}
