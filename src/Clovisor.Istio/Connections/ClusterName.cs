using System.Globalization;

namespace Clovisor.Istio.Connections;

/// <summary>
/// What Istio's name of a cluster says: <c>outbound|80|v1|httpbin.app.svc.cluster.local</c>, or, as the server name that proxies of different networks
/// ask an east-west gateway for, <c>outbound_.80_.v1_.httpbin.app.svc.cluster.local</c>.
/// </summary>
/// <param name="Direction">The direction, such as <c>outbound</c>.</param>
/// <param name="Port">The service's port.</param>
/// <param name="Subset">The subset, or an empty string.</param>
/// <param name="Host">The service's host name.</param>
public readonly record struct ClusterName(string Direction, int Port, string Subset, string Host)
{
    /// <summary>Gets the server name that the cluster is asked for by at an east-west gateway. An empty subset is written as nothing.</summary>
    public string ServerName => $"{Direction}_.{Port}_.{Subset}_.{Host}";

    /// <summary>Takes a name apart.</summary>
    /// <param name="text">The name, in either form.</param>
    /// <param name="name">The parts.</param>
    /// <returns>False when it is no such name.</returns>
    public static bool TryParse(string? text, out ClusterName name)
    {
        name = default;
        if (text is null)
        {
            return false;
        }

        string separator = text.Contains('|', StringComparison.Ordinal) ? "|" : "_.";
        string[] parts = text.Split(separator, 4);
        if (parts.Length != 4 || parts[0].Length == 0 || parts[3].Length == 0 ||
            !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int port) || port is < 1 or > 65535)
        {
            return false;
        }

        name = new ClusterName(parts[0], port, parts[2], parts[3]);
        return true;
    }

    /// <summary>Writes the form with bars.</summary>
    /// <returns>The cluster's name.</returns>
    public override string ToString() => $"{Direction}|{Port}|{Subset}|{Host}";
}
