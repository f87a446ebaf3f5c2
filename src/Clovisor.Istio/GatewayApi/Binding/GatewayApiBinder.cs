using System.Collections.Immutable;
using Clovisor.Istio.Resources;
using Clovisor.Istio.Serialization;

namespace Clovisor.Istio.GatewayApi.Binding;

/// <summary>
/// Reads the objects of the Gateway API, except for routes. Where a field is missing it has the default of the schema, as if an API server had
/// filled it in.
/// </summary>
internal static class GatewayApiBinder
{
    public const string Group = "gateway.networking.k8s.io";

    public static KubernetesGateway Gateway(FieldReader spec, ResourceHeader header)
    {
        // Infrastructure and the gateway's own TLS settings are for the control plane; they choose no route.
        spec.Ignore("infrastructure", "tls", "defaultScope");
        ImmutableArray<Address> addresses = spec.List("addresses", static a => new Address(a.OptionalText("type") ?? "IPAddress", a.Text("value")));
        return new KubernetesGateway
        {
            Name = header.Name,
            Namespace = header.Namespace,
            Created = header.Created,
            Labels = header.Labels,
            Source = header.Source,
            GatewayClassName = spec.RequiredText("gatewayClassName"),
            ServiceAddresses = [.. addresses.Where(static a => a.Type == "Hostname").Select(static a => a.Value)],
            Addresses = [.. addresses.Where(static a => a.Type != "Hostname").Select(static a => a.Value)],
            IsManaged = addresses.IsEmpty || (addresses.Length == 1 && addresses[0].Type == "IPAddress"),
            NameOverride = header.Annotations.GetValueOrDefault("gateway.istio.io/name-override", ""),
            Listeners = spec.List("listeners", l => Listener(l, header.Namespace)),
            AllowedListeners = spec.Object("allowedListeners", static a => a.Object("namespaces", static n => Selection(n, "None")) ?? NamespaceSelection.None) ?? NamespaceSelection.None,
        };
    }

    public static ListenerSet ListenerSet(FieldReader spec, ResourceHeader header)
    {
        ObjectKeyBox? parent = spec.Object("parentRef", p =>
        {
            p.Ignore("group", "kind");
            return new ObjectKeyBox(new ObjectKey(p.OptionalText("namespace") ?? header.Namespace, p.RequiredText("name")));
        });
        if (parent is null && !spec.Has("parentRef"))
        {
            spec.Error("parentRef", "is missing; it names the Gateway that gets the listeners");
        }

        return new ListenerSet
        {
            Name = header.Name,
            Namespace = header.Namespace,
            Created = header.Created,
            Labels = header.Labels,
            Source = header.Source,
            Parent = parent?.Key ?? default,
            Listeners = spec.List("listeners", l => Listener(l, header.Namespace)),
        };
    }

    public static GatewayClass Class(FieldReader spec, ResourceHeader header)
    {
        spec.Ignore("parametersRef", "description");
        return new GatewayClass
        {
            Name = header.Name,
            Namespace = "",
            Created = header.Created,
            Labels = header.Labels,
            Source = header.Source,
            ControllerName = spec.RequiredText("controllerName"),
        };
    }

    public static ReferenceGrant Grant(FieldReader spec, ResourceHeader header) => new()
    {
        Name = header.Name,
        Namespace = header.Namespace,
        Created = header.Created,
        Labels = header.Labels,
        Source = header.Source,
        From = spec.List("from", static f => new GrantSource(f.Text("group"), f.RequiredText("kind"), f.RequiredText("namespace"))),
        To = spec.List("to", static t => new GrantTarget(t.Text("group"), t.RequiredText("kind"), t.Text("name"))),
    };

    private static GatewayListener Listener(FieldReader r, string scope)
    {
        if (!r.Has("port"))
        {
            r.Error("port", "is missing");
        }

        Tls? tls = r.Object("tls", TlsSection);
        Allowed? allowed = r.Object("allowedRoutes", AllowedRoutes);
        return new GatewayListener
        {
            Line = r.Line,
            Name = r.RequiredText("name"),
            Hostname = r.Text("hostname"),
            Port = r.Integer("port", 1, 65535),
            Protocol = r.RequiredText("protocol"),
            TlsMode = tls?.Mode,
            ForeignCertificates = tls is null ? [] : [.. tls.Certificates.Where(c => c.Namespace.Length > 0 && c.Namespace != scope)],
            TlsOptions = tls?.Options ?? ImmutableDictionary<string, string>.Empty,
            AllowedNamespaces = allowed?.Namespaces ?? NamespaceSelection.Same,
            AllowedKinds = allowed?.Kinds ?? [],
        };
    }

    private static Tls TlsSection(FieldReader r)
    {
        r.Ignore("frontendValidation");
        string mode = r.OptionalText("mode") ?? "Terminate";
        if (mode is not ("Terminate" or "Passthrough"))
        {
            r.Error("mode", $"must be Terminate or Passthrough, not \"{mode}\"");
        }

        ImmutableArray<ObjectKeyBox> certificates = r.List("certificateRefs", static c =>
        {
            c.Ignore("group", "kind");
            return new ObjectKeyBox(new ObjectKey(c.Text("namespace"), c.RequiredText("name")));
        });
        return new Tls(mode, r.TextMap("options"), [.. certificates.Select(static c => c.Key)]);
    }

    private static Allowed AllowedRoutes(FieldReader r) => new(
        r.Object("namespaces", static n => Selection(n, "Same")) ?? NamespaceSelection.Same,
        [.. r.List("kinds", static k => k.Ignore("group").RequiredText("kind"))]);

    private static NamespaceSelection Selection(FieldReader r, string byDefault)
    {
        string from = r.OptionalText("from") ?? byDefault;
        LabelSelector? selector = r.Object("selector", Selector);
        if (from is not ("All" or "Same" or "Selector" or "None"))
        {
            r.Error("from", $"must be All, Same, Selector or None, not \"{from}\"");
        }

        if (from == "Selector" && selector is null)
        {
            r.Error("selector", "is missing; it says which labels a namespace must have");
        }

        return new NamespaceSelection(from, selector);
    }

    public static LabelSelector Selector(FieldReader r) => new()
    {
        MatchLabels = r.TextMap("matchLabels"),
        MatchExpressions = r.List("matchExpressions", static e =>
        {
            string name = e.RequiredText("operator");
            if (name is not ("In" or "NotIn" or "Exists" or "DoesNotExist"))
            {
                e.Error("operator", $"must be In, NotIn, Exists or DoesNotExist, not \"{name}\"");
            }

            return new LabelRequirement(e.RequiredText("key"), name, e.Texts("values"));
        }),
    };

    private sealed record Address(string Type, string Value);

    private sealed record Tls(string Mode, ImmutableDictionary<string, string> Options, ImmutableArray<ObjectKey> Certificates);

    private sealed record Allowed(NamespaceSelection Namespaces, ImmutableArray<string> Kinds);

    private sealed record ObjectKeyBox(ObjectKey Key);
}
