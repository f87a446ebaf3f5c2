namespace Clovisor.Istio.Serialization;

/// <summary>A share as Istio writes it: <c>{value: 12.5}</c>. An empty object is 0, which is not the same as none at all.</summary>
internal sealed record PercentageBinder(double Value)
{
    public static PercentageBinder Bind(FieldReader r)
    {
        double value = r.Number("value") ?? 0;
        if (value is < 0 or > 100)
        {
            r.Error("value", $"must be 0 to 100, not {value}");
        }

        return new PercentageBinder(value);
    }
}
