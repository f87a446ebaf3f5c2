using System.Collections.Immutable;
using System.Globalization;
using Clovisor.Wan.Associations;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Clovisor.Hosting.Envoy;

/// <summary>Refuses what a real Envoy takes without complaint and then does harm with: tags that do not arrive, pools that mix classes, requests that fail. Thread-safe.</summary>
public static class EnvoyChecker
{
    private const int SolSocket = 1;
    private const int SoMark = 36;
    private const int ProtocolIpv6 = 41;
    private const int TrafficClass = 67;

    // Ports that a closed connection used rest for a minute; a range that is used up fails every new request.
    private const int PortsPerConnection = 4;

    /// <summary>Checks classes against each other and against the settings.</summary>
    /// <returns>Every fault, as a sentence; empty when there is none.</returns>
    public static ImmutableArray<string> Check(ImmutableArray<EnvoyClass> classes, EnvoySettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        List<string> faults = [];
        for (int i = 0; i < classes.Length; i++)
        {
            EnvoyClass one = classes[i];
            if (one.Name.Length == 0)
            {
                faults.Add("A class has no name.");
            }

            if (one is { Dscp: null, SourcePorts: null })
            {
                faults.Add($"Class {one.Name} has neither DSCP nor source ports, so its packets could not be told from others. Give its association a tag.");
            }

            if (one.Dscp is 0 or > 63)
            {
                faults.Add($"Class {one.Name} has DSCP {one.Dscp}; a tag is 1 to 63.");
            }

            if (one.SourcePorts is { } ports && ports.Last - ports.First + 1 < PortsPerConnection * settings.MaxConnections)
            {
                faults.Add($"Class {one.Name} has the {ports.Last - ports.First + 1} source ports {ports} for {settings.MaxConnections} connections; a range that runs out fails requests. Give it {PortsPerConnection * settings.MaxConnections} or more, or lower MaxConnections.");
            }

            if (one.SourcePorts is { } outside && (outside.First < settings.LocalPorts.First || outside.Last > settings.LocalPorts.Last))
            {
                faults.Add($"The source ports {outside} of class {one.Name} are not within {settings.LocalPorts}, net.ipv4.ip_local_port_range of the proxy; the kernel would take no notice of them. Move them, or widen that setting.");
            }

            for (int j = 0; j < i; j++)
            {
                CheckPair(classes[j], one, faults);
            }
        }

        if (faults.Count == 0 && Unclassified(classes, settings) is { } rest && rest.Last - rest.First + 1 < PortsPerConnection * settings.MaxConnections)
        {
            faults.Add($"The classes leave {rest} of {settings.LocalPorts} to unclassified requests, less than {PortsPerConnection * settings.MaxConnections} ports. Give them less.");
        }

        CheckRange(settings.Timeout, 1, 1_000, nameof(settings.Timeout), faults);
        CheckRange(settings.OpenTimeout, 1, 1_000, nameof(settings.OpenTimeout), faults);
        CheckRange(settings.ConnectTimeout, 1, 60_000, nameof(settings.ConnectTimeout), faults);
        CheckRange(settings.HoldOff, 100, 60_000, nameof(settings.HoldOff), faults);
        CheckRange(settings.RememberFor, 100, 3_600_000, nameof(settings.RememberFor), faults);
        if (settings.RoutePort is < 1 or > 65_535)
        {
            faults.Add($"RoutePort is {settings.RoutePort}; it must be from 1 to 65535.");
        }

        if (settings.Retries is < 0 or > 100)
        {
            faults.Add($"Retries is {settings.Retries}; it must be from 0 to 100.");
        }

        if (settings.MaxConnections is < 1 or > 16_384)
        {
            faults.Add($"MaxConnections is {settings.MaxConnections}; it must be from 1 to 16384.");
        }

        return [.. faults];
    }

    /// <summary>Checks what a mode makes use of.</summary>
    internal static ImmutableArray<string> Check(EnvoyMode mode, ImmutableArray<EnvoyClass> classes, EnvoySettings settings)
    {
        ImmutableArray<string> faults = Check(settings.Tags(mode) ? classes : [], settings);
        return settings.AccessLogSocket is not { } log ? faults
            : mode != EnvoyMode.Report ? faults.Add($"AccessLogSocket is of use in report mode alone, and this is {mode} mode. Leave it out, or choose report mode.")
            : log == settings.AgentSocket ? faults.Add("AccessLogSocket is the session API's own socket, which does not speak gRPC. Name the other one.")
            : faults;
    }

    /// <summary>The largest run of local ports that no class has; null when no class has any.</summary>
    internal static PortRange? Unclassified(ImmutableArray<EnvoyClass> classes, EnvoySettings settings)
    {
        int first = settings.LocalPorts.First;
        (int First, int Length) largest = default;
        PortRange[] taken = [.. classes.Select(@class => @class.SourcePorts).OfType<PortRange>().OrderBy(range => range.First)];
        foreach ((int start, int end) in taken.Select(range => ((int)range.First, (int)range.Last)).Append((settings.LocalPorts.Last + 1, 0)))
        {
            if (start - first > largest.Length)
            {
                largest = (first, start - first);
            }

            first = end + 1;
        }

        return taken.Length == 0 ? null : new PortRange((ushort)largest.First, (ushort)(largest.First + largest.Length - 1));
    }

    /// <summary>The classes as their clusters are written: where any has source ports, one without keeps to the ports that none has. Given one of another class it would be taken for that class, since ports go before DSCP.</summary>
    internal static ImmutableArray<EnvoyClass> Confined(ImmutableArray<EnvoyClass> classes, EnvoySettings settings) =>
        Unclassified(classes, settings) is { } rest ? [.. classes.Select(@class => @class with { SourcePorts = @class.SourcePorts ?? rest })] : classes;

    /// <summary>Checks YAML that somebody wrote: a configuration of Envoy, or manifests of EnvoyFilters.</summary>
    /// <returns>Every fault with its line; empty when there is none.</returns>
    public static ImmutableArray<string> CheckYaml(string yaml)
    {
        ArgumentNullException.ThrowIfNull(yaml);
        YamlStream stream = [];
        try
        {
            stream.Load(new StringReader(yaml));
        }
        catch (YamlException e)
        {
            return [$"Line {e.Start.Line.ToString(CultureInfo.InvariantCulture)}: not YAML: {e.Message}"];
        }

        List<(long Line, string Text)> faults = [];
        foreach (YamlDocument document in stream.Documents)
        {
            Walk(document.RootNode, inExtraSource: false, faults);
        }

        return [.. faults.Select(fault => string.Create(CultureInfo.InvariantCulture, $"Line {fault.Line}: {fault.Text}"))];
    }

    private static void CheckPair(EnvoyClass earlier, EnvoyClass later, List<string> faults)
    {
        if (earlier.Name == later.Name)
        {
            faults.Add($"Class {later.Name} is given twice.");
            return;
        }

        if (earlier.SourcePorts is { } a && later.SourcePorts is { } b && a.First <= b.Last && b.First <= a.Last)
        {
            faults.Add($"The source ports of {earlier.Name} ({a}) and {later.Name} ({b}) overlap; a connection could be of either.");
        }

        if (earlier.Dscp is { } dscp && dscp == later.Dscp && (earlier.SourcePorts is null || later.SourcePorts is null))
        {
            faults.Add($"{earlier.Name} and {later.Name} both have DSCP {dscp}, and not both have source ports; a packet could be of either.");
        }
    }

    private static void CheckRange(TimeSpan time, int least, int most, string name, List<string> faults)
    {
        if (time.TotalMilliseconds < least || time.TotalMilliseconds > most)
        {
            faults.Add(string.Create(CultureInfo.InvariantCulture, $"{name} is {time.TotalMilliseconds} ms; it must be from {least} to {most} ms."));
        }
    }

    private static void Walk(YamlNode node, bool inExtraSource, List<(long, string)> faults)
    {
        if (node is YamlSequenceNode sequence)
        {
            foreach (YamlNode child in sequence)
            {
                Walk(child, inExtraSource, faults);
            }
        }
        else if (node is YamlMappingNode mapping)
        {
            CheckSocketOption(mapping, inExtraSource, faults);
            CheckFilterState(mapping, faults);
            CheckPatch(mapping, faults);
            foreach ((YamlNode key, YamlNode child) in mapping.Children)
            {
                Walk(child, inExtraSource || Text(key) == "extra_source_addresses", faults);
            }
        }
    }

    private static void CheckSocketOption(YamlMappingNode option, bool inExtraSource, List<(long, string)> faults)
    {
        if (Number(option, "level") is not { } level || Number(option, "name") is not { } name)
        {
            return;
        }

        if ((level, name) == (SolSocket, SoMark))
        {
            faults.Add((option.Start.Line, "SO_MARK needs CAP_NET_ADMIN, which a sidecar has not: every request of the cluster would be answered 503. Use DSCP or source ports."));
        }

        if ((level, name) == (ProtocolIpv6, TrafficClass) && !inExtraSource)
        {
            faults.Add((option.Start.Line, "IPV6_TCLASS fails on sockets of IPv4: every request to such an endpoint would be answered 503. Put it under extra_source_addresses."));
        }

        if (Text(option, "state") is "STATE_BOUND" or "STATE_LISTENING" or "1" or "2")
        {
            faults.Add((option.Start.Line, "Envoy ignores STATE_BOUND and STATE_LISTENING on upstream sockets, and the packets carry no tag. Use STATE_PREBIND."));
        }
    }

    private static void CheckFilterState(YamlMappingNode entry, List<(long, string)> faults)
    {
        if (Text(entry, "factory_key") == "envoy.string" && Text(entry, "shared_with_upstream") is { } shared and not ("NONE" or "0"))
        {
            faults.Add((entry.Start.Line, $"Filter state of envoy.string does not separate connection pools (shared_with_upstream: {shared}): connections would carry all classes. Use envoy.hashable_string."));
        }
    }

    private static void CheckPatch(YamlMappingNode patch, List<(long, string)> faults)
    {
        if (Text(patch, "applyTo") == "CLUSTER" && Text(Map(patch, "patch"), "operation") == "MERGE" && Text(Map(Map(patch, "match"), "cluster"), "service") is null)
        {
            faults.Add((patch.Start.Line, "A MERGE into clusters without match.cluster.service changes all of them, InboundPassthroughCluster too. Name the service."));
        }
    }

    private static YamlMappingNode? Map(YamlMappingNode? node, string key) =>
        node is not null && node.Children.TryGetValue(new YamlScalarNode(key), out YamlNode? value) ? value as YamlMappingNode : null;

    private static string? Text(YamlMappingNode? node, string key) =>
        node is not null && node.Children.TryGetValue(new YamlScalarNode(key), out YamlNode? value) ? Text(value) : null;

    private static string? Text(YamlNode node) => (node as YamlScalarNode)?.Value;

    private static int? Number(YamlMappingNode node, string key) =>
        int.TryParse(Text(node, key), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
