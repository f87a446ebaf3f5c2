using System.Buffers;
using Clovisor.Istio.Resources;

namespace Clovisor.Istio.Matching;

/// <summary>The condition of a route on one header or pseudo header.</summary>
internal sealed class HeaderMatcher
{
    private const int StackLimit = 512;

    private readonly StringMatcher _matcher;
    private readonly bool _inverted;

    public HeaderMatcher(string name, StringMatcher matcher, bool inverted)
    {
        Name = name.ToLowerInvariant();
        _matcher = matcher;
        _inverted = inverted;
        Field = Name switch
        {
            ":method" => HeaderField.Method,
            ":scheme" => HeaderField.Scheme,
            ":authority" or "host" => HeaderField.Authority,
            ":path" => HeaderField.Path,
            "x-forwarded-proto" => HeaderField.ForwardedProto,
            _ => HeaderField.Named,
        };
    }

    /// <summary>Gets the name in lower case, pseudo headers with their colon.</summary>
    public string Name { get; }

    public HeaderField Field { get; }

    /// <summary>Gets the value that is asked for, or null where the condition is not one value.</summary>
    public string? ExactValue => !_inverted && _matcher.Kind == StringMatchKind.Exact ? _matcher.Value : null;

    /// <summary>
    /// Decides, as Envoy does with Istio's settings:
    /// 1. presence asks whether the header is there, inverted whether it is not;
    /// 2. a missing header fails any other condition, but counts as empty for an inverted one;
    /// 3. else the values decide, each on its own: one that fits is enough, inverted none may.
    /// </summary>
    public bool IsMatch(in RequestView request)
    {
        if (Field is not (HeaderField.Named or HeaderField.ForwardedProto))
        {
            return Decide(true, request.ValueOf(Field));
        }

        int first = request.Find(Name, 0);
        if (first < 0)
        {
            return Field == HeaderField.ForwardedProto ? Decide(true, request.Scheme) : Decide(false, default);
        }

        return DecideEach(request, first);
    }

    public override string ToString() => $"header {Name} {(_inverted ? "not " : "")}{_matcher}";

    private bool Decide(bool present, ReadOnlySpan<char> value)
    {
        if (_matcher.IsPresence)
        {
            return present != _inverted;
        }

        return (present || _inverted) && _matcher.IsMatch(value) != _inverted;
    }

    // Of a header that was sent more than once each line is a value of its own: one that fits is enough. Except for the headers that
    // Envoy keeps in one place: their lines are one value, joined by commas.
    private bool DecideEach(in RequestView request, int first)
    {
        if (_matcher.IsPresence)
        {
            return !_inverted;
        }

        if (JoinedHeaders.Contains(Name) && request.Find(Name, first + 1) >= 0)
        {
            return DecideJoined(request, first);
        }

        for (int at = first; at >= 0; at = request.Find(Name, at + 1))
        {
            if (_matcher.IsMatch(request.ValueAt(at)))
            {
                return !_inverted;
            }
        }

        return _inverted;
    }

    private bool DecideJoined(in RequestView request, int first)
    {
        int length = -1;
        for (int at = first; at >= 0; at = request.Find(Name, at + 1))
        {
            length += request.ValueAt(at).Length + 1;
        }

        char[]? rented = length > StackLimit ? ArrayPool<char>.Shared.Rent(length) : null;
        Span<char> joined = rented ?? stackalloc char[StackLimit];
        int end = 0;
        for (int at = first; at >= 0; at = request.Find(Name, at + 1))
        {
            // Envoy appends nothing for an empty line.
            if (end > 0 && request.ValueAt(at).Length > 0)
            {
                joined[end++] = ',';
            }

            request.ValueAt(at).CopyTo(joined[end..]);
            end += request.ValueAt(at).Length;
        }

        bool decided = _matcher.IsMatch(joined[..end]) != _inverted;
        if (rented is not null)
        {
            ArrayPool<char>.Shared.Return(rented);
        }

        return decided;
    }
}
