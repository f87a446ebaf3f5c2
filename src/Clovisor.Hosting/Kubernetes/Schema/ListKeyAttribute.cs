namespace Clovisor.Hosting.Kubernetes.Schema;

/// <summary>A list whose items are told apart by one of their fields, so that each may have an owner of its own.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ListKeyAttribute(string field) : Attribute
{
    /// <summary>The field.</summary>
    public string Field { get; } = field;
}
