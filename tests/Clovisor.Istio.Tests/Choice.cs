using CsCheck;

namespace Clovisor.Istio.Tests;

internal static class Choice
{
    /// <summary>Draws one of the values, each as likely as the others.</summary>
    public static Gen<T> Of<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);
}
