namespace Clovisor.Hosting.Kubernetes.Schema;

/// <summary>A rule in CEL that the API server holds every write against; <c>self</c> is the value that bears it.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Property, AllowMultiple = true)]
public sealed class CelRuleAttribute(string rule, string message) : Attribute
{
    /// <summary>The rule; true for a value that is accepted.</summary>
    public string Rule { get; } = rule;

    /// <summary>What is wrong and what to do, for whoever wrote the value.</summary>
    public string Message { get; } = message;

    /// <summary>Whether the rule is about each item of the list that bears it. The default is false: about the list.</summary>
    public bool OfItems { get; init; }
}
