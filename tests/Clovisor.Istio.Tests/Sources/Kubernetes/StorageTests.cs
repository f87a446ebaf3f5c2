using System.Text;
using Clovisor.Istio.Sources;
using Clovisor.Istio.Sources.Kubernetes;
using Clovisor.Istio.Sources.Kubernetes.Connection;
using Clovisor.Istio.Sources.Kubernetes.Storage;
using Clovisor.Testing.Kubernetes;

namespace Clovisor.Istio.Tests.Sources.Kubernetes;

/// <summary>What is known of a cluster, kept on disk for a start without it.</summary>
[Collection(ControlPlaneCollection.Name)]
public sealed class StorageTests(ControlPlane plane) : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"clvt-storage-{Guid.NewGuid():N}");

    private string FilePath => Path.Combine(_folder, "one.objects");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_list_and_the_changes_since_are_read_again()
    {
        using (KindStore store = New())
        {
            store.Replace([Object("a", 1), Object("b", 1), Object("c", 1)], "v1");
            store.Upsert(Object("b", 2), "v1");
            store.Delete(Object("c", 1).Key);
            store.Upsert(Object("d", 1), "v1");
        }

        Assert.Equal(["a 1", "b 2", "d 1"], Names(New().Read()!));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(FilePath));
        }
    }

    [Fact]
    public void Bookkeeping_and_status_that_nobody_reads_are_not_stored_and_make_no_record()
    {
        using KindStore store = New();
        store.Replace([Raw("""{"metadata":{"name":"a","resourceVersion":"7","managedFields":[{}]},"spec":{"n":1},"status":{"loadBalancer":{"ip":"x"},"noise":1}}""")], "v1");
        long length = new FileInfo(FilePath).Length;
        store.Upsert(Raw("""{"apiVersion":"v1","metadata":{"name":"a","resourceVersion":"8"},"spec":{"n":1},"status":{"loadBalancer":{"ip":"x"},"noise":2}}"""), "v1");

        Assert.Equal(length, new FileInfo(FilePath).Length);
        Assert.Equal("""{"metadata":{"name":"a"},"spec":{"n":1},"status":{"loadBalancer":{"ip":"x"}}}""", Encoding.UTF8.GetString(Assert.Single(New().Read()!.Objects).Json.Span));
    }

    [Fact]
    public void Every_torn_end_and_every_changed_byte_gives_a_beginning_of_what_was_written()
    {
        using (KindStore store = New())
        {
            store.Replace([Object("a", 1)], "v1");
            store.Upsert(Object("b", 1), "v1");
        }

        byte[] whole = File.ReadAllBytes(FilePath);
        string[] allowed = ["", "a 1", "a 1,b 1"];
        for (int i = 0; i < whole.Length; i++)
        {
            File.WriteAllBytes(FilePath, whole[..i]);
            Assert.Contains(string.Join(',', Names(New().Read())), allowed);
            byte[] changed = [.. whole];
            changed[i] ^= 0x20;
            File.WriteAllBytes(FilePath, changed);
            KindStore damaged = New();
            Assert.Contains(string.Join(',', Names(damaged.Read())), allowed[..2]);
            Assert.NotEmpty(damaged.Error);
        }
    }

    [Fact]
    public void A_kind_that_takes_more_than_its_limit_is_not_stored_and_says_so()
    {
        using KindStore store = New(limit: 300);
        store.Replace([Object("a", 1)], "v1");
        store.Replace([.. Enumerable.Range(0, 20).Select(static i => Object($"n{i}", 1))], "v1");

        Assert.Null(New().Read());
        Assert.Contains("more than the 300", store.Error, StringComparison.Ordinal);
        store.Replace([Object("a", 2)], "v1");
        Assert.Empty(store.Error);
        Assert.Equal(["a 2"], Names(New().Read()));
    }

    [Fact]
    public void Changes_do_not_let_the_file_grow_without_end()
    {
        using KindStore store = New();
        store.Replace([Object("a", 0)], "v1");
        for (int i = 1; i <= 40_000; i++)
        {
            store.Upsert(Object("a", i), "v1");
        }

        Assert.InRange(new FileInfo(FilePath).Length, 1, (1 << 20) + 4096);
        Assert.Equal(["a 40000"], Names(New().Read()));
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_an_error_and_nothing_else()
    {
        Directory.CreateDirectory(_folder);
        File.WriteAllText(FilePath, "");
        using ClusterStore store = new(Path.Combine(FilePath, "inner"), "one", 1 << 20);
        store.For(new WatchedKind("", ["v1"], "Service", "services")).Replace([Object("a", 1)], "v1");
        store.Complete();

        Assert.False(store.IsComplete);
        Assert.NotEmpty(store.Error);
    }

    [ApiServerFact]
    public async Task A_start_without_the_cluster_goes_on_from_what_was_stored_until_the_cluster_is_back()
    {
        string scope = await plane.NewNamespaceAsync();
        await Cluster.ApplyRuleAsync(plane.Server, scope, "kept", "a.example.com");
        await Cluster.ApplyRuleAsync(plane.Server, scope, "removed", "b.example.com");
        using var relay = new TcpRelay(plane.Server.Port);
        KubernetesCluster far = KubernetesCluster.FromKubeconfig("far", plane.Server.Kubeconfig(port: relay.Port));
        KubernetesSourceSettings settings = Cluster.Settings(far) with { StorageFolder = _folder };
        await using (var first = new KubernetesSource(settings))
        {
            Assert.False((await Cluster.SyncAsync(first)).IsRestored);
            await Cluster.ApplyRuleAsync(plane.Server, scope, "later", "c.example.com");
            await Cluster.UntilAsync(first, s => s.Configuration.VirtualServices.Any(v => v.Namespace == scope && v.Name == "later"), "the later rule");
        }

        relay.Cut();
        await plane.Server.DeleteAsync(Cluster.VirtualServicePath(scope, "removed"));
        await using var second = new KubernetesSource(settings);
        IstioSnapshot stored = await Cluster.UntilAsync(second, static s => s.IsRestored && s.IsStale, "the stored state");
        Assert.False(stored.IsSynced);
        Assert.Equal(["kept", "later", "removed"], stored.Configuration.VirtualServices.Where(v => v.Namespace == scope).Select(static v => v.Name).Order(StringComparer.Ordinal));
        Assert.True(Assert.Single(stored.Clusters).IsRestored);

        relay.Mend();
        IstioSnapshot synced = await Cluster.SyncAsync(second);
        Assert.False(synced.IsRestored);
        Assert.Equal(["kept", "later"], synced.Configuration.VirtualServices.Where(v => v.Namespace == scope).Select(static v => v.Name).Order(StringComparer.Ordinal));
        Assert.Same(stored.Configuration.VirtualServices.First(v => v.Name == "kept"), synced.Configuration.VirtualServices.First(v => v.Name == "kept"));
        Assert.DoesNotContain(Directory.GetFiles(_folder), static file => file.Contains("secrets", StringComparison.Ordinal));
    }

    [ApiServerFact]
    public async Task A_first_reading_that_was_broken_off_does_not_count()
    {
        await using (var first = new KubernetesSource(Cluster.Settings(KubernetesCluster.FromKubeconfig("half", plane.Server.Kubeconfig("no-such-token"))) with { StorageFolder = _folder }))
        {
            await Cluster.UntilAsync(first, static s => s.IsStale, "the refusal");
        }

        await using var second = new KubernetesSource(Cluster.Settings(KubernetesCluster.FromKubeconfig("half", plane.Server.Kubeconfig("no-such-token"))) with { StorageFolder = _folder });
        IstioSnapshot snapshot = await Cluster.UntilAsync(second, static s => s.IsStale, "the refusal");

        Assert.False(snapshot.IsRestored);
    }

    private static RawObject Raw(string json) => RawObject.Read(Encoding.UTF8.GetBytes(json));

    private static RawObject Object(string name, int number) => Raw($$$"""{"metadata":{"name":"{{{name}}}"},"spec":{"n":{{{number}}}}}""");

    private static string[] Names(StoredList? stored) =>
        [.. (stored?.Objects ?? []).Select(static item => $"{item.Key.Name} {System.Text.Json.JsonDocument.Parse(item.Json).RootElement.GetProperty("spec").GetProperty("n").GetInt32()}").Order(StringComparer.Ordinal)];

    private KindStore New(long limit = 1 << 24)
    {
        Directory.CreateDirectory(_folder);
        return new KindStore(FilePath, ["loadBalancer"], limit);
    }
}
