using System.Globalization;
using System.Net;
using System.Text;
using Clovisor.EdgeHost.Agent;

namespace Clovisor.EdgeHost.Sidecar;

/// <summary>Names a pool of connections: requests of one key are decided alike, so they may share.</summary>
/// <remarks>
/// Every part carries its length, so that no choice of values can make two different requests look alike;
/// a header that is absent differs from one that is empty.
/// </remarks>
internal static class PoolKey
{
    public static string Of(RequestHead head, IPEndPoint destination, RuleFields fields, RuleGeneration generation)
    {
        var key = new StringBuilder(128);
        Add(key, destination.ToString());
        key.Append(CultureInfo.InvariantCulture, $"{generation.Revision}.{generation.Epoch};");
        AddIf(key, fields.Method, head.Method);
        AddIf(key, fields.Scheme, head.Scheme);
        AddIf(key, fields.Authority, head.Authority);
        AddIf(key, fields.Path, head.Path);
        AddIf(key, fields.Query, head.Query);
        foreach (string name in fields.Headers)
        {
            Microsoft.Extensions.Primitives.StringValues values = head.Headers[name];
            key.Append(head.Headers.ContainsKey(name) ? values.Count : -1).Append('#');
            foreach (string? value in values)
            {
                Add(key, value);
            }
        }

        return key.ToString();
    }

    private static void AddIf(StringBuilder key, bool used, ReadOnlySpan<char> value)
    {
        if (used)
        {
            Add(key, value);
        }
    }

    private static void Add(StringBuilder key, ReadOnlySpan<char> value) => key.Append(value.Length).Append(':').Append(value);
}
