namespace Clovisor.Istio.Matching;

/// <summary>The condition of a route on one query parameter. Nothing is decoded; the first of several equal names counts.</summary>
internal sealed class QueryMatcher(string name, StringMatcher matcher)
{
    private readonly StringMatcher _matcher = matcher;

    public string Name { get; } = name;

    /// <summary>Decides for a query without its question mark.</summary>
    public bool IsMatch(ReadOnlySpan<char> query)
    {
        while (!query.IsEmpty)
        {
            int end = query.IndexOf('&');
            ReadOnlySpan<char> pair = end < 0 ? query : query[..end];
            query = end < 0 ? default : query[(end + 1)..];
            int equals = pair.IndexOf('=');
            if ((equals < 0 ? pair : pair[..equals]).SequenceEqual(Name))
            {
                return _matcher.IsMatch(equals < 0 ? default : pair[(equals + 1)..]);
            }
        }

        return false;
    }

    public override string ToString() => $"query parameter {Name} {_matcher}";
}
