using System.Collections.Immutable;
using System.Globalization;
using Clovisor.Istio.Resources;

namespace Clovisor.Istio.Serialization;

/// <summary>Reads the few fields of Kubernetes objects that routing needs. Their other fields are none of our business and are not checked.</summary>
internal static class KubernetesBinder
{
    public static KubernetesService Service(FieldReader root, ResourceHeader header)
    {
        KubernetesService service = root.Object("spec", static s =>
        {
            string address = s.Text("clusterIP");
            ImmutableArray<string> addresses = s.Texts("clusterIPs");
            IgnoreRest(s);
            return new KubernetesService
            {
                Name = "",
                Namespace = "",
                Headless = address == "None",
                ClusterAddresses = address == "None" ? [] : addresses.Length > 0 ? addresses : address.Length > 0 ? [address] : [],
                ExternalName = s.Text("type") == "ExternalName" ? s.Text("externalName") : "",
                Ports = s.List("ports", Port),
                Selector = s.TextMap("selector"),
                ExternalAddresses = s.Texts("externalIPs"),
            };
        }) ?? new KubernetesService { Name = "", Namespace = "" };
        return service with
        {
            ExternalAddresses = service.ExternalAddresses.AddRange(LoadBalancer(root)),
            Name = header.Name,
            Namespace = header.Namespace,
            Created = header.Created,
            Labels = header.Labels,
            Source = header.Source,
            ExportTo = header.Annotations.TryGetValue("networking.istio.io/exportTo", out string? to)
                ? [.. to.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)]
                : [],
        };
    }

    private static ImmutableArray<string> LoadBalancer(FieldReader root)
    {
        ImmutableArray<string> addresses = [];
        root.Object("status", s =>
        {
            IgnoreRest(s);
            return s.Object("loadBalancer", l =>
            {
                IgnoreRest(l);
                addresses = [.. l.List("ingress", static i => Rest(i, i.OptionalText("ip") ?? i.Text("hostname"))).Where(static a => a.Length > 0)];
                return "";
            }) ?? "";
        });
        return addresses;
    }

    public static KubernetesPod Pod(FieldReader root, ResourceHeader header)
    {
        string? node = root.Object("spec", static s => Rest(s, s.Text("nodeName")));
        string? address = root.Object("status", static s => Rest(s, s.Text("podIP")));
        return new KubernetesPod
        {
            Name = header.Name,
            Namespace = header.Namespace,
            Created = header.Created,
            Labels = header.Labels,
            Source = header.Source,
            Node = node ?? "",
            Addresses = string.IsNullOrEmpty(address) ? [] : [address],
        };
    }

    public static RequestAuthentication Authentication(FieldReader root, ResourceHeader header)
    {
        ImmutableDictionary<string, string> labels = ImmutableDictionary<string, string>.Empty;
        root.Object("spec", s =>
        {
            s.Object("selector", l => Rest(l, labels = l.TextMap("matchLabels")));
            return Rest(s, "");
        });
        return new RequestAuthentication { Name = header.Name, Namespace = header.Namespace, Created = header.Created, Labels = header.Labels, Source = header.Source, Selector = labels };
    }

    public static KubernetesNamespace Namespace(FieldReader root, ResourceHeader header)
    {
        IgnoreRest(root);
        return new KubernetesNamespace { Name = header.Name, Namespace = "", Created = header.Created, Labels = header.Labels, Source = header.Source };
    }

    public static KubernetesEndpointSlice EndpointSlice(FieldReader root, ResourceHeader header)
    {
        ImmutableArray<Endpoint> endpoints = root.List("endpoints", static e =>
        {
            ImmutableArray<string> addresses = e.Texts("addresses");
            bool ready = e.Object("conditions", static c => Rest(c, c.OptionalFlag("ready") == false ? "no" : "yes")) is not "no";
            IgnoreRest(e);
            return new Endpoint(addresses, ready);
        });
        IgnoreRest(root);
        return new KubernetesEndpointSlice
        {
            Name = header.Name,
            Namespace = header.Namespace,
            Created = header.Created,
            Labels = header.Labels,
            Source = header.Source,
            ServiceName = header.Labels.GetValueOrDefault("kubernetes.io/service-name", ""),
            Addresses = [.. endpoints.Where(static e => e.Ready).SelectMany(static e => e.Addresses)],
        };
    }

    public static void IgnoreRest(FieldReader r)
    {
        foreach (YamlField field in r.Node.Fields)
        {
            r.Ignore(field.Name);
        }
    }

    private static T Rest<T>(FieldReader r, T value)
    {
        IgnoreRest(r);
        return value;
    }

    private static ServicePort Port(FieldReader r)
    {
        string name = r.Text("name");
        string protocol = r.Text("appProtocol");
        if (r.Text("protocol") is "UDP" or "SCTP")
        {
            protocol = "UDP";
        }
        else if (protocol.Length == 0)
        {
            int dash = name.IndexOf('-', StringComparison.Ordinal);
            protocol = dash < 0 ? name : name[..dash];
        }

        int number = r.Integer("port", 1, 65535);
        IgnoreRest(r);
        string target = r.Node.Find("targetPort")?.Text ?? "";
        bool isNumber = int.TryParse(target, NumberStyles.None, CultureInfo.InvariantCulture, out int given);
        return new ServicePort { Name = name, Number = number, Protocol = protocol, TargetPort = isNumber ? given : 0, TargetPortName = isNumber ? "" : target };
    }

    private sealed record Endpoint(ImmutableArray<string> Addresses, bool Ready);
}
