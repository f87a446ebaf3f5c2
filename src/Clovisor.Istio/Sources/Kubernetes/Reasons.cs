namespace Clovisor.Istio.Sources.Kubernetes;

/// <summary>Says why something failed, with the innermost reason, which is the one that a person can act on.</summary>
internal static class Reasons
{
    public static string Of(Exception e)
    {
        Exception root = e.GetBaseException();
        return ReferenceEquals(root, e) || e.Message.Contains(root.Message, StringComparison.Ordinal) ? e.Message : $"{e.Message} {root.Message}";
    }
}
