using System.Buffers;
using System.Text.Json;

namespace Clovisor.Hosting.SessionApi;

/// <summary>
/// The body of a batch, read report by report, so that a large one takes no more memory than a small one. That all of it is JSON is known before the first is entered; what is wrong with
/// one report is that report's own affair.
/// </summary>
internal readonly ref struct BatchBody
{
    private const string Member = "sessions";

    private readonly ReadOnlySpan<byte> _json;

    // Where each report begins and ends. From the pool.
    private readonly int[] _places;

    private BatchBody(ReadOnlySpan<byte> json, int[] places, int count)
    {
        _json = json;
        _places = places;
        Count = count;
    }

    /// <summary>How many reports there are.</summary>
    internal int Count { get; }

    /// <summary>Finds the list, and reads all of the body once.</summary>
    /// <param name="json">The body.</param>
    /// <param name="most">How many reports will be looked at; more are counted alone.</param>
    /// <param name="error">What is wrong with the body; null for nothing.</param>
    /// <returns>To be disposed by the caller.</returns>
    internal static BatchBody Read(ReadOnlySpan<byte> json, int most, out ApiError? error)
    {
        int[] places = ArrayPool<int>.Shared.Rent(2 * Math.Min(most, json.Length));
        int count = Find(json, places, most, out error);
        return new BatchBody(json, places, count);
    }

    internal ReadOnlySpan<byte> this[int index] => _json[_places[2 * index].._places[(2 * index) + 1]];

    public void Dispose()
    {
        if (_places is not null)
        {
            ArrayPool<int>.Shared.Return(_places);
        }
    }

    private static int Find(ReadOnlySpan<byte> json, int[] places, int most, out ApiError? error)
    {
        int count = 0;
        error = null;
        try
        {
            Utf8JsonReader reader = new(json);
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                error = new ApiError("", $"An object with \"{Member}\" is needed.");
                return 0;
            }

            bool seen = false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (!reader.ValueTextEquals(Member) || seen)
                {
                    error = new ApiError(Member, seen ? "Given twice." : $"'{reader.GetString()}' is no member of a batch; \"{Member}\" is the only one.");
                    return 0;
                }

                seen = true;
                reader.Read();
                if (reader.TokenType != JsonTokenType.StartArray)
                {
                    error = new ApiError(Member, "A list of reports is needed.");
                    return 0;
                }

                for (; reader.Read() && reader.TokenType != JsonTokenType.EndArray; count++)
                {
                    int start = (int)reader.TokenStartIndex;
                    reader.Skip();
                    if (count < most)
                    {
                        (places[2 * count], places[(2 * count) + 1]) = (start, (int)reader.BytesConsumed);
                    }
                }
            }

            // Whatever follows the object is an error of its own.
            reader.Read();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The second is what the reader says of text that is not UTF-8.
            error = new ApiError("", $"The body is not what is needed here: {e.Message}");
            return 0;
        }

        error = count == 0 ? new ApiError(Member, "Missing or empty. List the sessions to report.") : null;
        return count;
    }
}
