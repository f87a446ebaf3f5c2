using System.Net;
using System.Text;
using System.Text.Json;
using Clovisor.Istio.Resources;
using Clovisor.Istio.Serialization;
using Clovisor.Istio.Sources.Kubernetes;
using Clovisor.Istio.Sources.Kubernetes.Connection;

namespace Clovisor.Istio.Tests.Sources.Kubernetes;

/// <summary>What an API server sends, and what is made of it.</summary>
public sealed class WireTests
{
    [Theory]
    [InlineData("""{"items":[{"metadata":{"name":"a","namespace":"n","resourceVersion":"7"},"spec":{}},{"spec":{"metadata":{"name":"no"}},"metadata":{"name":"b","resourceVersion":"8"}}],"metadata":{"resourceVersion":"9","continue":"go on"}}""")]
    [InlineData("""{"metadata":{"continue":"go on","remainingItemCount":3,"resourceVersion":"9"},"kind":"List","items":[{"metadata":{"labels":{"name":"no"},"name":"a","namespace":"n","resourceVersion":"7"}},{"metadata":{"resourceVersion":"8","name":"b"}}]}""")]
    public void A_page_gives_its_objects_its_version_and_how_to_go_on(string json)
    {
        ListPage page = ListPage.Read(Encoding.UTF8.GetBytes(json));

        Assert.Equal(("9", "go on"), (page.ResourceVersion, page.Continue));
        Assert.Equal([(new ObjectKey("n", "a"), "7"), (new ObjectKey("", "b"), "8")], page.Items.Select(static i => (i.Key, i.ResourceVersion)));
        Assert.All(page.Items, static item => JsonDocument.Parse(item.Json));
    }

    [Fact]
    public void A_list_without_a_version_is_no_list() => Assert.Throws<JsonException>(static () => ListPage.Read("""{"kind":"Status"}"""u8.ToArray()));

    [Theory]
    [InlineData("ADDED", nameof(WatchEventKind.Upserted))]
    [InlineData("MODIFIED", nameof(WatchEventKind.Upserted))]
    [InlineData("DELETED", nameof(WatchEventKind.Deleted))]
    [InlineData("BOOKMARK", nameof(WatchEventKind.Bookmark))]
    public void An_event_is_read_whatever_comes_first(string type, string kind)
    {
        const string Item = """{"kind":"Pod","metadata":{"resourceVersion":"5","name":"a","namespace":"n"}}""";
        foreach (string line in (string[])[$$"""{"type":"{{type}}","object":{{Item}}}""", $$"""{"object":{{Item}},"type":"{{type}}"}"""])
        {
            WatchEvent e = WatchEvent.Read(Encoding.UTF8.GetBytes(line));
            Assert.Equal((kind, "5", Item), (e.Kind.ToString(), e.Object.ResourceVersion, Encoding.UTF8.GetString(e.Object.Json.Span)));
        }
    }

    [Fact]
    public void An_error_in_a_watch_has_its_code_and_message()
    {
        ApiException e = Assert.Throws<ApiException>(static () => WatchEvent.Read("""{"type":"ERROR","object":{"kind":"Status","code":410,"message":"too old resource version"}}"""u8.ToArray()));

        Assert.Equal((HttpStatusCode.Gone, "too old resource version"), (e.Status, e.Message));
        Assert.Throws<JsonException>(static () => WatchEvent.Read("""{"type":"NEW","object":{}}"""u8.ToArray()));
    }

    [Fact]
    public void Json_becomes_the_tree_that_yaml_becomes()
    {
        const string Json = """{"a":"1","b":[true,null,-1.5e3,{"c":{}}],"d":"","é":"\u00e9\n","managedFields":[{"x":1}]}""";
        YamlNode tree = JsonTree.Read(Encoding.UTF8.GetBytes(Json));
        YamlNode yaml = YamlTree.Read(Json, "f", [])[0];

        Assert.Null(tree.Find("managedFields"));
        Assert.Equal(Text(yaml, skip: "managedFields"), Text(tree));
    }

    [Fact]
    public void Only_what_can_matter_changes_the_fingerprint()
    {
        const string Whole = """{"metadata":{"name":"a","labels":{"x":"1"},"resourceVersion":"1","generation":1},"spec":{"n":1},"status":{"podIP":"1","phase":"Running"}}""";
        UInt128 Of(string json) => Fingerprint.Of(JsonTree.Read(Encoding.UTF8.GetBytes(json)), ["podIP"]);
        string With(string old, string other) => Whole.Replace(old, other, StringComparison.Ordinal);

        foreach (string same in (string[])[With("\"resourceVersion\":\"1\"", "\"resourceVersion\":\"2\""), With("\"generation\":1", "\"generation\":2"), With("Running", "Failed"), With("{\"metadata\"", "{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\""), With("\"generation\":1", "\"generation\":1,\"managedFields\":[1]")])
        {
            Assert.Equal(Of(Whole), Of(same));
        }

        foreach (string other in (string[])[With("\"x\":\"1\"", "\"x\":\"2\""), With("\"x\":\"1\"", "\"x\":1"), With("\"n\":1", "\"n\":\"1\""), With("\"n\":1", "\"n\":[1]"), With("\"podIP\":\"1\"", "\"podIP\":\"2\""), With("\"name\":\"a\"", "\"name\":\"b\"")])
        {
            Assert.NotEqual(Of(Whole), Of(other));
        }
    }

    [Fact]
    public void Waits_double_up_to_the_longest_and_begin_anew()
    {
        var backoff = new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5), new Random(1));
        foreach (int floor in (int[])[1, 2, 4, 5, 5])
        {
            Assert.InRange(backoff.Next(), TimeSpan.FromSeconds(floor), TimeSpan.FromSeconds(2 * floor));
        }

        backoff.Reset();
        Assert.InRange(backoff.Next(), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));
    }

    private static string Text(YamlNode node, string skip = "") => node.Kind switch
    {
        YamlKind.Scalar => $"{node.Plain} {node.Text}",
        YamlKind.Sequence => $"[{string.Join(", ", node.Items.Select(i => Text(i, skip)))}]",
        _ => $"{{{string.Join(", ", node.Fields.Where(f => f.Name != skip).Select(f => $"{f.Name}: {Text(f.Value, skip)}"))}}}",
    };
}
