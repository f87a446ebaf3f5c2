using System.Text.Json;

namespace Clovisor.Hosting.SessionApi;

/// <summary>
/// The body of a batch, read report by report, so that a large one takes no more memory than a small one. That all of it is JSON is known before the first is entered; what is wrong with
/// one report is that report's own affair.
/// </summary>
internal readonly ref struct BatchBody
{
    private const string Member = "sessions";

    private readonly ReadOnlySpan<byte> _list;

    private BatchBody(ReadOnlySpan<byte> list, int count)
    {
        _list = list;
        Count = count;
    }

    /// <summary>How many reports there are.</summary>
    internal int Count { get; }

    /// <summary>Finds the list, and reads all of the body once.</summary>
    internal static BatchBody Read(ReadOnlySpan<byte> json, out ApiError? error)
    {
        ReadOnlySpan<byte> list = default;
        int count = 0;
        error = null;
        try
        {
            Utf8JsonReader reader = new(json);
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                error = new ApiError("", $"An object with \"{Member}\" is needed.");
                return default;
            }

            bool seen = false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (!reader.ValueTextEquals(Member) || seen)
                {
                    error = new ApiError(Member, seen ? "Given twice." : $"'{reader.GetString()}' is no member of a batch; \"{Member}\" is the only one.");
                    return default;
                }

                seen = true;
                reader.Read();
                if (reader.TokenType != JsonTokenType.StartArray)
                {
                    error = new ApiError(Member, "A list of reports is needed.");
                    return default;
                }

                int start = (int)reader.TokenStartIndex;
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    count++;
                    reader.Skip();
                }

                list = json[start..(int)reader.BytesConsumed];
            }

            // Whatever follows the object is an error of its own.
            reader.Read();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The second is what the reader says of text that is not UTF-8.
            error = new ApiError("", $"The body is not what is needed here: {e.Message}");
            return default;
        }

        error = count == 0 ? new ApiError(Member, "Missing or empty. List the sessions to report.") : null;
        return new BatchBody(list, count);
    }

    public Enumerator GetEnumerator() => new(_list);

    internal ref struct Enumerator(ReadOnlySpan<byte> list)
    {
        private readonly ReadOnlySpan<byte> _list = list;
        private Utf8JsonReader _reader = new(list);

        /// <summary>The JSON of one report.</summary>
        public ReadOnlySpan<byte> Current { get; private set; }

        public bool MoveNext()
        {
            if (_reader.TokenType == JsonTokenType.None)
            {
                _reader.Read();
            }

            if (!_reader.Read() || _reader.TokenType == JsonTokenType.EndArray)
            {
                return false;
            }

            int start = (int)_reader.TokenStartIndex;
            _reader.Skip();
            Current = _list[start..(int)_reader.BytesConsumed];
            return true;
        }
    }
}
