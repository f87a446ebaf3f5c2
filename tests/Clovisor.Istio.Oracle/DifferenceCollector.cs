namespace Clovisor.Istio.Oracle;

/// <summary>Collects the differences of one question.</summary>
internal sealed class DifferenceCollector(string name, int request, string asked, string rule, List<OracleDifference> differences)
{
    public void Same(string what, string expected, string actual)
    {
        if (expected != actual)
        {
            differences.Add(new OracleDifference(name, request, asked, what, expected, actual, rule));
        }
    }

    public void Add(IEnumerable<OracleDifference> found) => differences.AddRange(found);

    /// <summary>Gets a collector of the same question that collects elsewhere.</summary>
    public DifferenceCollector Into(List<OracleDifference> others) => new(name, request, asked, rule, others);
}
