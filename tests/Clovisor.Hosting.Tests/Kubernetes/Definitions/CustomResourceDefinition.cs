using System.Reflection;
using Clovisor.Hosting.Kubernetes.Resources;
using Clovisor.Hosting.Kubernetes.Schema;

namespace Clovisor.Hosting.Tests.Kubernetes.Definitions;

/// <summary>Makes the definition of a kind from its type.</summary>
internal static class CustomResourceDefinition
{
    internal static Type[] Kinds { get; } = [typeof(WanLinkResource), typeof(SlaClassResource), typeof(WanAssociationResource)];

    internal static string KindOf(Type type) => type.Name[..^"Resource".Length];

    internal static string FileOf(Type type) =>
        Path.Combine(Repository.Root, "deploy", "crds", $"{CustomResourceAttribute.Group}_{type.GetCustomAttribute<CustomResourceAttribute>()!.Plural}.yaml");

    internal static string TextOf(Type type)
    {
        CustomResourceAttribute resource = type.GetCustomAttribute<CustomResourceAttribute>()!;
        string kind = KindOf(type);
        YamlFields schema = OpenApiSchema.Of(type, $"{kind}: ");
        ((YamlFields)schema["properties"]!).Insert(0,
            ("apiVersion", new YamlFields { ("type", "string") }),
            ("kind", new YamlFields { ("type", "string") }),
            ("metadata", new YamlFields { ("type", "object") }));
        YamlFields definition = new()
        {
            ("apiVersion", "apiextensions.k8s.io/v1"),
            ("kind", "CustomResourceDefinition"),
            ("metadata", new YamlFields { ("name", $"{resource.Plural}.{CustomResourceAttribute.Group}") }),
            ("spec", new YamlFields
            {
                ("group", CustomResourceAttribute.Group),
                ("scope", "Cluster"),
                ("names", new YamlFields
                {
                    ("kind", kind),
                    ("listKind", $"{kind}List"),
                    ("plural", resource.Plural),
#pragma warning disable CA1308 // Kubernetes wants it so.
                    ("singular", kind.ToLowerInvariant()),
#pragma warning restore CA1308
                    ("shortNames", new List<object> { resource.ShortName }),
                    ("categories", new List<object> { "clovisor" }),
                }),
                ("versions", new List<object>
                {
                    new YamlFields
                    {
                        ("name", CustomResourceAttribute.Version),
                        ("served", true),
                        ("storage", true),
                        ("subresources", new YamlFields { ("status", new YamlFields()) }),
                        ("additionalPrinterColumns", type.GetCustomAttributes<PrinterColumnAttribute>().Select(ColumnOf).ToList<object>()),
                        ("schema", new YamlFields { ("openAPIV3Schema", schema) }),
                    },
                }),
            }),
        };
        return "# Made from the types in src/Clovisor.Hosting/Kubernetes by eng/update-crds.sh; do not edit.\n" + definition.ToText();
    }

    private static YamlFields ColumnOf(PrinterColumnAttribute column)
    {
        YamlFields fields = new() { ("name", column.Name), ("type", column.Type), ("jsonPath", column.JsonPath) };
        if (column.Wide)
        {
            fields.Add("priority", 1);
        }

        return fields;
    }
}
