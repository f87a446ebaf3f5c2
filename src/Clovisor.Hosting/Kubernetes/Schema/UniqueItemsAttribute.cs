namespace Clovisor.Hosting.Kubernetes.Schema;

/// <summary>A list that no value stands in twice.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class UniqueItemsAttribute : Attribute;
