using System.Collections.Immutable;
using Clovisor.Istio.GatewayApi;
using Clovisor.Istio.GatewayApi.Binding;
using Clovisor.Istio.Resources;
using Clovisor.Istio.Validation;

namespace Clovisor.Istio.Serialization;

/// <summary>Turns documents into resources, one text after the other, and collects what is wrong with any of them.</summary>
internal sealed class DocumentReader
{
    private static readonly string[] NetworkingKinds = ["VirtualService", "Gateway", "ServiceEntry", "Sidecar", "DestinationRule", "EnvoyFilter", "WorkloadEntry", "WorkloadGroup", "ProxyConfig"];

    private readonly Dictionary<(string Kind, string Namespace, string Name), SourceLocation> _seen = [];
    private readonly List<Resource> _resources = [];
    private readonly List<IgnoredDocument> _ignored = [];
    private MeshSettings? _mesh;

    public List<ConfigurationError> Errors { get; } = [];

    public void Read(string text, string file)
    {
        foreach (YamlNode document in YamlTree.Read(text, file, Errors))
        {
            Document(document, file);
        }
    }

    public void ReadMesh(string text, string file)
    {
        foreach (YamlNode document in YamlTree.Read(text, file, Errors))
        {
            Mesh(document, new ErrorList(file, "mesh config", Errors));
        }
    }

    /// <summary>Reads one object as an API server sends it. Lists there leave out version and kind, and unknown fields are warnings.</summary>
    public ObjectReadResult ReadObject(YamlNode document, string version, string kind, string source)
    {
        var warnings = new List<ConfigurationError>();
        string name = document.Find("metadata")?.Find("name")?.Text ?? "";
        string scope = document.Find("metadata")?.Find("namespace")?.Text ?? "";
        string group = version.IndexOf('/', StringComparison.Ordinal) is >= 0 and var slash ? version[..slash] : "";
        Dispatch(document, group, version, kind, new ErrorList(source, scope.Length > 0 ? $"{kind} {scope}/{name}" : $"{kind} {name}", Errors, warnings));
        return new ObjectReadResult(Errors.Count == 0 ? _resources.FirstOrDefault() : null, Errors.Count == 0 ? _mesh : null, _ignored.FirstOrDefault(), [.. Errors], [.. warnings]);
    }

    public IstioConfiguration Build() => Assemble(_resources, _mesh, _ignored);

    /// <summary>Sorts objects by their kinds into a configuration.</summary>
    public static IstioConfiguration Assemble(IReadOnlyCollection<Resource> resources, MeshSettings? mesh, IEnumerable<IgnoredDocument> ignored) => new()
    {
        Mesh = mesh ?? MeshSettings.Default,
        VirtualServices = Of<VirtualService>(resources),
        Gateways = Of<Gateway>(resources),
        ServiceEntries = Of<ServiceEntry>(resources),
        WorkloadEntries = Of<WorkloadEntry>(resources),
        Sidecars = Of<Sidecar>(resources),
        DestinationRules = Of<DestinationRule>(resources),
        Services = Of<KubernetesService>(resources),
        Pods = Of<KubernetesPod>(resources),
        Namespaces = Of<KubernetesNamespace>(resources),
        EnvoyFilters = Of<EnvoyFilter>(resources),
        EndpointSlices = Of<KubernetesEndpointSlice>(resources),
        KubernetesGateways = Of<KubernetesGateway>(resources),
        GatewayClasses = Of<GatewayClass>(resources),
        ListenerSets = Of<ListenerSet>(resources),
        GatewayApiRoutes = Of<GatewayApiRoute>(resources),
        ReferenceGrants = Of<ReferenceGrant>(resources),
        RequestAuthentications = Of<RequestAuthentication>(resources),
        Ignored = [.. ignored],
    };

    private static ImmutableArray<T> Of<T>(IReadOnlyCollection<Resource> resources)
        where T : Resource => [.. resources.OfType<T>()];

    private void Document(YamlNode document, string file)
    {
        if (document.IsNull)
        {
            return;
        }

        var unnamed = new ErrorList(file, "", Errors);
        if (document.Kind != YamlKind.Mapping)
        {
            unnamed.Add(document.Line, "", $"a document must be an object with apiVersion and kind, not {document.Describe()}");
            return;
        }

        string version = document.Find("apiVersion")?.Text ?? "";
        string kind = document.Find("kind")?.Text ?? "";
        string group = version.IndexOf('/', StringComparison.Ordinal) is >= 0 and var slash ? version[..slash] : "";
        if (group == "wan.clovisor.io")
        {
            return;
        }

        if (version.Length == 0 || kind.Length == 0)
        {
            unnamed.Add(document.Line, version.Length == 0 ? "apiVersion" : "kind", "is missing: a document starts with apiVersion and kind");
            return;
        }

        if (kind.EndsWith("List", StringComparison.Ordinal) && document.Find("items") is { Kind: YamlKind.Sequence } items)
        {
            items.Items.ForEach(item => Document(item, file));
            return;
        }

        string name = document.Find("metadata")?.Find("name")?.Text ?? "";
        string scope = document.Find("metadata")?.Find("namespace")?.Text is { Length: > 0 } given ? given : "default";
        var errors = new ErrorList(file, $"{kind} {scope}/{name}", Errors);
        Dispatch(document, group, version, kind, errors);
    }

    private void Dispatch(YamlNode document, string group, string version, string kind, ErrorList errors)
    {
        if (group == "networking.istio.io" && !NetworkingKinds.Contains(kind))
        {
            errors.Add(document.Line, "kind", $"\"{kind}\" is not a kind of {group}{NearestName.Hint(kind, NetworkingKinds)}");
            return;
        }

        var root = new FieldReader(document, "", errors);
        root.Ignore("apiVersion", "kind", "status");
        ResourceHeader? header = root.Object("metadata", r => ResourceHeader.Bind(r, new SourceLocation(errors.File, document.Line)));
        if (header is null)
        {
            errors.Add(document.Line, "metadata", "is missing");
            return;
        }

        switch (group, kind)
        {
            case ("networking.istio.io", "VirtualService"): Spec(root, s => VirtualServiceBinder.Bind(s, header), v => VirtualServiceValidator.Validate(v, errors)); break;
            case ("networking.istio.io", "Gateway"): Spec(root, s => GatewayBinder.Bind(s, header), g => GatewayValidator.Validate(g, errors)); break;
            case ("networking.istio.io", "ServiceEntry"): Spec(root, s => ServiceEntryBinder.Bind(s, header), e => ServiceEntryValidator.Validate(e, errors)); break;
            case ("networking.istio.io", "WorkloadEntry"): Spec(root, s => WorkloadEntryBinder.Bind(s, header), w => WorkloadEntryValidator.Validate(w, errors)); break;
            case ("networking.istio.io", "Sidecar"): Spec(root, s => SidecarBinder.Bind(s, header), s => SidecarValidator.Validate(s, errors)); break;
            case ("networking.istio.io", "DestinationRule"): Spec(root, s => DestinationRuleBinder.Bind(s, header), d => DestinationRuleValidator.Validate(d, errors)); break;
            case ("networking.istio.io", "EnvoyFilter"): Spec(root, s => EnvoyFilterBinder.Bind(s, header), static _ => { }); break;
            case (GatewayApiBinder.Group, "Gateway"): Spec(root, s => GatewayApiBinder.Gateway(s, header), static _ => { }); break;
            case (GatewayApiBinder.Group, "GatewayClass"): Spec(root, s => GatewayApiBinder.Class(s, header), static _ => { }); break;
            case (GatewayApiBinder.Group, "ListenerSet") or ("gateway.networking.x-k8s.io", "XListenerSet"): Spec(root, s => GatewayApiBinder.ListenerSet(s, header), static _ => { }); break;
            case (GatewayApiBinder.Group, "ReferenceGrant"): Spec(root, s => GatewayApiBinder.Grant(s, header), static _ => { }); break;
            case (GatewayApiBinder.Group, GatewayApiRoute.Http or GatewayApiRoute.Grpc or GatewayApiRoute.Tls or GatewayApiRoute.Tcp): Spec(root, s => GatewayRouteBinder.Bind(s, header, kind), static _ => { }); break;
            case ("security.istio.io", "RequestAuthentication"): Add(KubernetesBinder.Authentication(root, header), errors); break;
            case ("", "Service"): Add(KubernetesBinder.Service(root, header), errors); break;
            case ("", "Pod"): Add(KubernetesBinder.Pod(root, header), errors); break;
            case ("discovery.k8s.io", "EndpointSlice"): Add(KubernetesBinder.EndpointSlice(root, header), errors); break;
            case ("", "Namespace"): Add(KubernetesBinder.Namespace(root, header), errors); break;
            case ("", "ConfigMap") when header.Name == "istio": MeshConfigMap(root, errors); break;
            default: _ignored.Add(new IgnoredDocument(version, kind, header.Name, header.Source)); break;
        }
    }

    private void Spec<T>(FieldReader root, Func<FieldReader, T> bind, Action<T> validate)
        where T : Resource
    {
        int before = Errors.Count;
        T? resource = root.Object("spec", bind);
        root.Finish();
        if (resource is null)
        {
            if (!root.Has("spec"))
            {
                root.Errors.Add(root.Line, "spec", "is missing");
            }

            return;
        }

        int read = Errors.Count;
        validate(resource);
        DropConsequences(before, read);
        Add(resource, root.Errors);
    }

    /// <summary>
    /// A value that could not be read brings follow-up errors about what it is not: those at its own place, around it or inside it. What is
    /// wrong elsewhere in the object is news.
    /// </summary>
    private void DropConsequences(int firstOfReading, int firstOfValidation)
    {
        string[] unread = [.. Errors[firstOfReading..firstOfValidation].Select(error => error.Field)];
        List<ConfigurationError> news = Errors[firstOfValidation..].FindAll(error => !Array.Exists(unread, field => Contains(field, error.Field) || Contains(error.Field, field)));
        Errors.RemoveRange(firstOfValidation, Errors.Count - firstOfValidation);
        Errors.AddRange(news);
    }

    private static bool Contains(string outer, string inner) =>
        inner.StartsWith(outer, StringComparison.Ordinal) && (inner.Length == outer.Length || outer.Length == 0 || inner[outer.Length] is '.' or '[');

    private void Add(Resource resource, ErrorList errors)
    {
        // Two groups have a kind Gateway.
        string kind = resource is KubernetesGateway ? "gateway.networking.k8s.io/Gateway" : resource.Kind;
        var identity = (kind, resource.Namespace, resource.Name);
        if (!_seen.TryAdd(identity, resource.Source))
        {
            errors.Add(resource.Source.Line, "", $"is defined twice, first in {_seen[identity]}; rename or remove one");
            return;
        }

        _resources.Add(resource);
    }

    private void MeshConfigMap(FieldReader root, ErrorList errors)
    {
        string mesh = root.Object("data", static d =>
        {
            KubernetesBinder.IgnoreRest(d);
            return d.Text("mesh");
        }) ?? "";
        foreach (YamlNode document in YamlTree.Read(mesh, errors.File, Errors))
        {
            Mesh(document, errors);
        }
    }

    private void Mesh(YamlNode document, ErrorList errors)
    {
        if (document.IsNull)
        {
            return;
        }

        if (document.Kind != YamlKind.Mapping)
        {
            errors.Add(document.Line, "", $"mesh config must be an object, not {document.Describe()}");
            return;
        }

        _mesh = MeshSettingsBinder.Bind(new FieldReader(document, "", errors));
    }
}
