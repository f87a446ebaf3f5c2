namespace Clovisor.Hosting.Kubernetes.Schema;

/// <summary>Says how a kind is known to Kubernetes. The definitions under <c>deploy/crds</c> are made of these attributes and of the types that bear them.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class CustomResourceAttribute(string plural, string shortName) : Attribute
{
    /// <summary>The API group of every kind.</summary>
    public const string Group = "wan.clovisor.io";

    /// <summary>The version of every kind.</summary>
    public const string Version = "v1alpha1";

    /// <summary>The name in paths.</summary>
    public string Plural { get; } = plural;

    /// <summary>The short name for <c>kubectl get</c>.</summary>
    public string ShortName { get; } = shortName;
}
