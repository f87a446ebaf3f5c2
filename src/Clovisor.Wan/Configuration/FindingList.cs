namespace Clovisor.Wan.Configuration;

/// <summary>Collects what is wrong with the object that is being looked at.</summary>
internal sealed class FindingList
{
    private readonly List<Finding> _findings = [];
    private SubjectKind _kind;
    private int _position;

    public IReadOnlyList<Finding> All => _findings;

    public void LookAt(SubjectKind kind, int position) => (_kind, _position) = (kind, position);

    public void Add(string code, string path, string message) => _findings.Add(new Finding(code, _kind, _position, path, message));

    /// <summary>Adds what is probably not meant, and no reason to refuse the configuration.</summary>
    public void Warn(string code, string path, string message) => _findings.Add(new Finding(code, _kind, _position, path, message, FindingSeverity.Warning));

    public void Range<T>(T value, T least, T most, string path)
        where T : IComparable<T> =>
        Range(value, least, most, path, static item => $"{item}");

    public void Range<T>(T value, T least, T most, string path, Func<T, string> show)
        where T : IComparable<T>
    {
        if (value.CompareTo(least) < 0 || value.CompareTo(most) > 0)
        {
            Add(ConfigurationErrorCodes.OutOfRange, path, $"{show(value)} is out of range; choose from {show(least)} to {show(most)}.");
        }
    }

    public void Range(TimeSpan value, TimeSpan least, TimeSpan most, string path) => Range(value, least, most, path, Units.Show);

    public void Enumeration<T>(T value, string path)
        where T : struct, Enum
    {
        if (!Enum.IsDefined(value))
        {
            Add(ConfigurationErrorCodes.OutOfRange, path, $"{value} is no {typeof(T).Name}; choose one of {string.Join(", ", Enum.GetNames<T>())}.");
        }
    }

    public void Unique<T>(IEnumerable<T> values, string path, string what)
        where T : notnull
    {
        var seen = new Dictionary<T, int>();
        int position = 0;
        foreach (T value in values)
        {
            if (!seen.TryAdd(value, position))
            {
                Add(
                    ConfigurationErrorCodes.DuplicateEntry,
                    $"{path}[{position}]",
                    $"{what} '{value}' stands here for the second time, after {path}[{seen[value]}]; remove one.");
            }

            position++;
        }
    }
}
