namespace Clovisor.Hosting.Kubernetes.Schema;

/// <summary>A column of <c>kubectl get</c>, in the order of the attributes.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class PrinterColumnAttribute(string name, string jsonPath) : Attribute
{
    /// <summary>The heading.</summary>
    public string Name { get; } = name;

    /// <summary>Where the value stands in the object.</summary>
    public string JsonPath { get; } = jsonPath;

    /// <summary>The type of the value: <c>string</c>, <c>integer</c> or <c>date</c>. The default is <c>string</c>.</summary>
    public string Type { get; init; } = "string";

    /// <summary>Whether the column is shown by <c>kubectl get -o wide</c> alone. The default is false.</summary>
    public bool Wide { get; init; }
}
