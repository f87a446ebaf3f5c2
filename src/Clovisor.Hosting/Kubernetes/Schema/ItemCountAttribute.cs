namespace Clovisor.Hosting.Kubernetes.Schema;

/// <summary>How many items a list or a group of fields may have.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ItemCountAttribute(int least, int most) : Attribute
{
    /// <summary>The least number.</summary>
    public int Least { get; } = least;

    /// <summary>The largest number.</summary>
    public int Most { get; } = most;
}
