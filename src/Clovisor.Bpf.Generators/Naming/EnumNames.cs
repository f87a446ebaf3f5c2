using Clovisor.Bpf.Btf;

namespace Clovisor.Bpf.Generators.Naming;

/// <summary>Enumerators without the words that all of them start with: <c>COLOR_RED, COLOR_GREEN</c> become <c>Red, Green</c>.</summary>
internal static class EnumNames
{
    internal static IEnumerable<(string Name, string CName, long Value)> Short(BtfEnumeration values)
    {
        int common = CommonPrefix([.. values.Values.Select(static value => value.Key)], values.Name);
        return values.Values.Select(value => (CSharpName.Pascal(value.Key.Substring(common)), value.Key, value.Value));
    }

    // Whole words only. One name alone has nothing in common with others, but it may start with the enum's name.
    private static int CommonPrefix(string[] names, string tag)
    {
        if (names.Length == 0)
        {
            return 0;
        }

        int length = names.Length == 1
            ? names[0].StartsWith(tag + "_", StringComparison.OrdinalIgnoreCase) ? tag.Length + 1 : 0
            : names.Skip(1).Aggregate(names[0].Length, (shortest, name) => Math.Min(shortest, Common(names[0], name)));
        while (length > 0 && names[0][length - 1] != '_')
        {
            length--;
        }

        return names.All(name => name.Length > length && char.IsLetter(name[length])) ? length : 0;
    }

    private static int Common(string first, string second)
    {
        int length = 0;
        while (length < first.Length && length < second.Length && first[length] == second[length])
        {
            length++;
        }

        return length;
    }
}
