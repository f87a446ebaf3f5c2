using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;
using Clovisor.Hosting.Kubernetes.Resources;
using Clovisor.Hosting.Kubernetes.Schema;

namespace Clovisor.Hosting.Tests.Kubernetes.Definitions;

/// <summary>Makes the structural schema of a type.</summary>
internal static class OpenApiSchema
{
    internal static YamlFields Of(Type type, string prefix = "")
    {
        YamlFields properties = [];
        List<object> required = [];
        foreach (PropertyInfo property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            string name = JsonNamingPolicy.CamelCase.ConvertName(property.Name);
            properties.Add(name, OfProperty(property));
            if (property.GetCustomAttribute<RequiredAttribute>() is not null)
            {
                required.Add(name);
            }
        }

        YamlFields schema = new() { ("description", prefix + XmlSummaries.Of(type)), ("type", "object") };
        if (required.Count > 0)
        {
            schema.Add("required", required);
        }

        schema.Add("properties", properties);
        AddRules(schema, type.GetCustomAttributes<CelRuleAttribute>());
        return schema;
    }

    private static YamlFields OfProperty(PropertyInfo property)
    {
        YamlFields schema = new() { ("description", XmlSummaries.Of(property)) };
        Type type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        CelRuleAttribute[] rules = [.. property.GetCustomAttributes<CelRuleAttribute>()];
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ImmutableArray<>))
        {
            schema.Add("type", "array");
            ItemCountAttribute? count = property.GetCustomAttribute<ItemCountAttribute>();
            AddNumber(schema, "minItems", count?.Least);
            AddNumber(schema, "maxItems", count?.Most);
            if (property.GetCustomAttribute<UniqueItemsAttribute>() is not null)
            {
                schema.Add("x-kubernetes-list-type", "set");
            }

            if (property.GetCustomAttribute<ListKeyAttribute>() is { } key)
            {
                schema.Add("x-kubernetes-list-type", "map");
                schema.Add("x-kubernetes-list-map-keys", new List<object> { key.Field });
            }

            YamlFields items = OfValue(property, type.GetGenericArguments()[0]);
            AddRules(items, rules.Where(static rule => rule.OfItems));
            schema.Add("items", items);
        }
        else if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ImmutableDictionary<,>))
        {
            schema.Add("type", "object");
            AddNumber(schema, "maxProperties", property.GetCustomAttribute<ItemCountAttribute>()?.Most);
            schema.Add("additionalProperties", OfValue(property, type.GetGenericArguments()[1]));
        }
        else
        {
            YamlFields value = OfValue(property, type);
            foreach ((string name, object field) in value)
            {
                if (name != "description")
                {
                    schema.Add(name, field);
                }
            }
        }

        AddRules(schema, rules.Where(static rule => !rule.OfItems));
        return schema;
    }

    private static YamlFields OfValue(PropertyInfo property, Type type)
    {
        if (type == typeof(NumberOrName))
        {
            return new YamlFields { ("x-kubernetes-int-or-string", true), ("maxLength", 16) };
        }

        if (type == typeof(int) || type == typeof(long))
        {
            YamlFields number = new() { ("type", "integer"), ("format", type == typeof(int) ? "int32" : "int64") };
            RangeAttribute? range = property.GetCustomAttribute<RangeAttribute>();
            AddNumber(number, "minimum", (int?)range?.Minimum);
            AddNumber(number, "maximum", (int?)range?.Maximum);
            return number;
        }

        if (type == typeof(bool))
        {
            return new YamlFields { ("type", "boolean") };
        }

        if (type == typeof(DateTimeOffset))
        {
            return new YamlFields { ("type", "string"), ("format", "date-time") };
        }

        return type == typeof(string) ? OfText(property) : Of(type);
    }

    private static YamlFields OfText(PropertyInfo property)
    {
        YamlFields text = new() { ("type", "string") };
        StringLengthAttribute? length = property.GetCustomAttribute<StringLengthAttribute>();
        AddNumber(text, "minLength", length?.MinimumLength is > 0 and int least ? least : null);
        AddNumber(text, "maxLength", length?.MaximumLength);
        if (property.GetCustomAttribute<AllowedValuesAttribute>() is { } words)
        {
            text.Add("enum", words.Values.Select(static word => word!).ToList());
        }

        if (property.GetCustomAttribute<RegularExpressionAttribute>() is { } pattern)
        {
            text.Add("pattern", pattern.Pattern);
        }

        return text;
    }

    private static void AddNumber(YamlFields schema, string name, int? number)
    {
        if (number is { } given)
        {
            schema.Add(name, given);
        }
    }

    private static void AddRules(YamlFields schema, IEnumerable<CelRuleAttribute> rules)
    {
        List<object> written = [.. rules.Select(static rule => new YamlFields { ("rule", rule.Rule), ("message", rule.Message) })];
        if (written.Count > 0)
        {
            schema.Add("x-kubernetes-validations", written);
        }
    }
}
