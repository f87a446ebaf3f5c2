using System.Collections.Immutable;
using System.Reflection;
using Clovisor.Istio.Resources;
using Clovisor.Istio.Serialization;
using Clovisor.Istio.Sources;
using Clovisor.Istio.Tests.Sources.Kubernetes;
using Clovisor.Istio.Validation;

namespace Clovisor.Istio.Tests.Sources;

public sealed class MergedSourceTests
{
    [Fact]
    public async Task The_first_source_has_the_rules_that_several_have_and_services_are_joined()
    {
        var first = new ScriptedSource(Rule("a", "first") + Service("one"));
        var second = new ScriptedSource(Rule("a", "second") + Rule("b", "second") + Service("two"));
        await using var merged = new MergedSource(first, second);

        IstioConfiguration configuration = merged.Current.Configuration;

        Assert.Equal(["a first", "b second"], configuration.VirtualServices.Select(static v => $"{v.Name} {v.Http[0].Name}"));
        Assert.Equal(["one", "two"], configuration.Services.Select(static s => s.Name));
    }

    [Fact]
    public void Routes_of_one_name_and_different_kinds_are_not_one_rule()
    {
        const string Route = """
            apiVersion: gateway.networking.k8s.io/v1
            kind: {0}
            metadata: {{name: same, namespace: app}}
            spec: {{parentRefs: [{{name: gate}}], rules: [{{backendRefs: [{{name: web, port: 80}}]}}]}}
            """;
        IstioConfiguration http = IstioYaml.Read(string.Format(System.Globalization.CultureInfo.InvariantCulture, Route, "HTTPRoute")).OrThrow();
        IstioConfiguration grpc = IstioYaml.Read(string.Format(System.Globalization.CultureInfo.InvariantCulture, Route, "GRPCRoute")).OrThrow();

        Assert.Equal(2, IstioConfiguration.Join(http, grpc).GatewayApiRoutes.Length);
        Assert.Single(IstioConfiguration.Join(http, http).GatewayApiRoutes);
    }

    [Fact]
    public async Task A_change_of_one_source_makes_a_snapshot_and_leaves_the_objects_of_the_other()
    {
        var first = new ScriptedSource(Rule("a", "first"));
        var second = new ScriptedSource(Rule("b", "second"));
        await using var merged = new MergedSource(first, second);
        IstioSnapshot before = merged.Current;

        second.Say(Rule("b", "changed"));
        IstioSnapshot after = await Cluster.UntilAsync(merged, static s => s.Configuration.VirtualServices[1].Http[0].Name == "changed", "the change");

        Assert.Same(before.Configuration.VirtualServices[0], after.Configuration.VirtualServices[0]);
        Assert.True(after.Revision > before.Revision);
    }

    [Fact]
    public async Task It_is_synced_when_all_are_and_says_what_is_wrong_with_any()
    {
        var error = new ConfigurationError(new SourceLocation("f", 1), "s", "", "m");
        var first = new ScriptedSource(Rule("a", "first"));
        var second = new ScriptedSource();
        await using var merged = new MergedSource(first, second);
        Assert.False(merged.Current.IsSynced);
        Assert.Empty(merged.Current.Configuration.VirtualServices);

        second.Say(Rule("b", "second"), error);
        IstioSnapshot synced = await Cluster.UntilAsync(merged, static s => s.IsSynced, "the sync");

        Assert.Equal(2, synced.Configuration.VirtualServices.Length);
        Assert.Equal([error], synced.Errors);
    }

    [Fact]
    public async Task Its_watch_ends_with_it()
    {
        var merged = new MergedSource(new ScriptedSource(Rule("a", "first")));
        await merged.DisposeAsync();

        Assert.Equal(1, await merged.WatchAsync(Cluster.Stop).CountAsync(Cluster.Stop));
        Assert.Throws<ArgumentException>(static () => new MergedSource());
    }

    /// <summary>Whoever adds a kind to the configuration adds it to what is merged and assembled.</summary>
    [Fact]
    public void Every_kind_of_the_configuration_is_among_its_resources()
    {
        foreach (PropertyInfo kind in typeof(IstioConfiguration).GetProperties().Where(static p => p.PropertyType.IsGenericType && typeof(Resource).IsAssignableFrom(p.PropertyType.GetGenericArguments()[0])))
        {
            Type type = kind.PropertyType.GetGenericArguments()[0];
            var one = (Resource)System.Runtime.CompilerServices.RuntimeHelpers.GetUninitializedObject(type);
            var list = Array.CreateInstance(type, 1);
            list.SetValue(one, 0);
            object array = typeof(ImmutableArray).GetMethods().Single(static m => m is { Name: "Create", IsGenericMethod: true } && m.GetParameters() is [{ ParameterType.IsArray: true }])
                .MakeGenericMethod(type).Invoke(null, [list])!;
            var configuration = new IstioConfiguration();
            kind.SetValue(configuration, array);

            Assert.Same(one, Assert.Single(configuration.Resources));
            IstioConfiguration assembled = DocumentReader.Assemble([one], null, []);
            Assert.Same(one, Assert.Single(assembled.Resources));
        }
    }

    private static string Rule(string name, string rule) =>
        $"---\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {{name: {name}, namespace: app}}\nspec: {{hosts: [{name}.example.com], http: [{{name: {rule}, directResponse: {{status: 200}}}}]}}\n";

    private static string Service(string name) =>
        $"---\napiVersion: v1\nkind: Service\nmetadata: {{name: {name}, namespace: app}}\nspec: {{clusterIP: 10.0.0.1, ports: [{{name: http, port: 80}}]}}\n";

    /// <summary>A source that says what a test has it say.</summary>
    private sealed class ScriptedSource : IIstioSource
    {
        private readonly SnapshotPublisher _publisher = new();

        public ScriptedSource()
        {
        }

        public ScriptedSource(string text) => Say(text);

        public IstioSnapshot Current => _publisher.Current;

        public IAsyncEnumerable<IstioSnapshot> WatchAsync(CancellationToken cancellationToken = default) => _publisher.WatchAsync(cancellationToken);

        public void Say(string text, params ConfigurationError[] errors) =>
            _publisher.Publish(new IstioSnapshot { IsSynced = true, Configuration = IstioYaml.Read(text).OrThrow(), Errors = [.. errors] });
    }
}
