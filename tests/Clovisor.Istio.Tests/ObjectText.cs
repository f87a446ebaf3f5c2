using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text;

namespace Clovisor.Istio.Tests;

/// <summary>Writes everything that an object holds, private parts of its properties included, so that two can be compared whole.</summary>
internal static class ObjectText
{
    public static string Of(object? value)
    {
        var text = new StringBuilder();
        Write(text, value, 0);
        return text.ToString();
    }

    private static void Write(StringBuilder text, object? value, int depth)
    {
        string indent = new(' ', depth * 2);
        switch (value)
        {
            case null:
                text.AppendLine("-");
                break;
            case string or Enum or TimeSpan or DateTimeOffset:
            case { } simple when simple.GetType().IsPrimitive:
                text.AppendLine(Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
            case IDictionary map:
                text.AppendLine();
                foreach (object key in map.Keys.Cast<object>().OrderBy(static k => k.ToString(), StringComparer.Ordinal))
                {
                    text.Append(indent).Append(key).Append(": ");
                    Write(text, map[key], depth + 1);
                }

                break;
            case IEnumerable items:
                text.AppendLine();
                foreach (object item in items)
                {
                    text.Append(indent).Append("- ");
                    Write(text, item, depth + 1);
                }

                break;
            default:
                text.AppendLine(value.GetType().Name);
                foreach (PropertyInfo property in value.GetType().GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
                    .Where(static p => p.GetIndexParameters().Length == 0 && p.Name != "EqualityContract" && !p.PropertyType.IsByRefLike)
                    .OrderBy(static p => p.Name, StringComparer.Ordinal))
                {
                    text.Append(indent).Append(property.Name).Append(" = ");
                    Write(text, property.GetValue(value), depth + 1);
                }

                break;
        }
    }
}
