using Clovisor.Istio.Routing;

namespace Clovisor.Istio.Matching;

/// <summary>A request while it is matched: the path normalised and cut, without copies.</summary>
internal readonly ref struct RequestView
{
    private readonly ReadOnlySpan<RouteHeader> _headers;

    public RequestView(in RouteRequest request, ReadOnlySpan<char> pathAndQuery, ReadOnlySpan<char> authority, ReadOnlySpan<char> scheme)
    {
        _headers = request.Headers.Span;
        Method = request.Method;
        Claims = request.Claims;
        Scheme = scheme;
        Authority = authority;
        PathAndQuery = pathAndQuery;
        int question = pathAndQuery.IndexOf('?');
        Path = question < 0 ? pathAndQuery : pathAndQuery[..question];
        Query = question < 0 ? default : pathAndQuery[(question + 1)..];
    }

    public ReadOnlySpan<char> Method { get; }

    public RequestClaims? Claims { get; }

    public ReadOnlySpan<char> Scheme { get; }

    public ReadOnlySpan<char> Authority { get; }

    public ReadOnlySpan<char> PathAndQuery { get; }

    public ReadOnlySpan<char> Path { get; }

    public ReadOnlySpan<char> Query { get; }

    /// <summary>Gets what a pseudo header stands for.</summary>
    public ReadOnlySpan<char> ValueOf(HeaderField field) => field switch
    {
        HeaderField.Method => Method,
        HeaderField.Scheme => Scheme,
        HeaderField.Authority => Authority,
        HeaderField.Path => PathAndQuery,
        _ => default,
    };

    public int Find(string name, int from)
    {
        for (int i = from; i < _headers.Length; i++)
        {
            if (_headers[i].Name.Length == name.Length && _headers[i].Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return i;
            }
        }

        return -1;
    }

    public ReadOnlySpan<char> ValueAt(int index) => _headers[index].Value;
}
