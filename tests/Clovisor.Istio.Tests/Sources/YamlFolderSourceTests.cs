using System.Diagnostics;
using Clovisor.Istio.Sources;
using Microsoft.Extensions.Time.Testing;

namespace Clovisor.Istio.Tests.Sources;

public sealed class YamlFolderSourceTests : IDisposable
{
    private static readonly YamlFolderSettings PollingOnly = new() { UseEvents = false };

    private readonly string _folder = Directory.CreateTempSubdirectory("clvt-istio-").FullName;
    private readonly FakeTimeProvider _time = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_folder_is_read_at_once_and_only_its_documents()
    {
        Write("a.yaml", Rule("a"));
        Write("b.json", "{\"apiVersion\": \"v1\", \"kind\": \"Namespace\", \"metadata\": {\"name\": \"n\"}}");
        Write(".hidden.yaml", "broken: [");
        Write("notes.txt", "broken: [");
        using YamlFolderSource source = Open();
        Assert.True(source.Current.IsAccepted);
        Assert.Equal(1, source.Current.Revision);
        Assert.Equal("a", Assert.Single(source.Current.Configuration!.VirtualServices).Name);
        Assert.Single(source.Current.Configuration!.Namespaces);
    }

    [Fact]
    public void An_edit_is_found_by_polling()
    {
        Write("a.yaml", Rule("a"));
        using YamlFolderSource source = Open();
        Write("b.yaml", Rule("b"));
        _time.Advance(PollingOnly.PollInterval);
        Assert.Equal(2, source.Current.Configuration!.VirtualServices.Length);
        File.Delete(Path.Combine(_folder, "a.yaml"));
        _time.Advance(PollingOnly.PollInterval);
        Assert.Equal("b", Assert.Single(source.Current.Configuration!.VirtualServices).Name);
    }

    [Fact]
    public void A_broken_edit_lists_its_errors_and_leaves_the_former_rules_in_force()
    {
        Write("a.yaml", Rule("a"));
        using YamlFolderSource source = Open();
        Write("a.yaml", Rule("a").Replace("route", "rout", StringComparison.Ordinal));
        Write("b.yaml", "a: [");
        _time.Advance(PollingOnly.PollInterval);
        YamlFolderSnapshot refused = source.Current;
        Assert.False(refused.IsAccepted);
        Assert.True(refused.Errors.Length >= 2);
        Assert.Equal("a", Assert.Single(refused.Configuration!.VirtualServices).Name);

        // Time alone publishes nothing more; a repair does.
        _time.Advance(PollingOnly.PollInterval * 10);
        Assert.Same(refused, source.Current);
        File.Delete(Path.Combine(_folder, "b.yaml"));
        Write("a.yaml", Rule("again"));
        _time.Advance(PollingOnly.PollInterval);
        Assert.True(source.Current.IsAccepted);
        Assert.Equal("again", source.Current.Configuration!.VirtualServices[0].Name);
    }

    [Fact]
    public void A_bad_first_load_has_errors_and_no_configuration()
    {
        Write("a.yaml", "a: [");
        using YamlFolderSource source = Open();
        Assert.Null(source.Current.Configuration);
        Assert.NotEmpty(source.Current.Errors);
    }

    [Fact]
    public void A_missing_folder_is_an_error_until_it_is_there()
    {
        string folder = Path.Combine(_folder, "later");
        using var source = new YamlFolderSource(folder, PollingOnly, _time);
        Assert.Contains("cannot be listed", Assert.Single(source.Current.Errors).Message, StringComparison.Ordinal);
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "a.yaml"), Rule("a"));
        _time.Advance(PollingOnly.PollInterval);
        Assert.True(source.Current.IsAccepted);
    }

    [Fact]
    public void A_link_to_nowhere_is_an_error_and_not_an_empty_file()
    {
        Write("a.yaml", Rule("a"));
        File.CreateSymbolicLink(Path.Combine(_folder, "b.yaml"), "nowhere");
        using YamlFolderSource source = Open();
        Assert.Contains("cannot be read", Assert.Single(source.Current.Errors).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void As_a_source_like_any_other_it_keeps_the_instances_of_files_that_did_not_change()
    {
        Write("a.yaml", Rule("a"));
        Write("b.yaml", Rule("b"));
        using YamlFolderSource folder = Open();
        IIstioSource source = folder;
        IstioSnapshot before = source.Current;
        Write("b.yaml", Rule("c"));
        _time.Advance(PollingOnly.PollInterval);
        IstioSnapshot after = source.Current;

        Assert.True(after.IsSynced);
        Assert.Equal(before.Revision + 1, after.Revision);
        Assert.Same(before.Configuration.VirtualServices[0], after.Configuration.VirtualServices[0]);
        Assert.Equal("c", after.Configuration.VirtualServices[1].Name);
        Assert.Same(after.Configuration, after.Tables.Configuration);

        Write("b.yaml", "a: [");
        _time.Advance(PollingOnly.PollInterval);
        Assert.Same(after.Configuration, source.Current.Configuration);
        Assert.Same(after.Tables, source.Current.Tables);
        Assert.NotEmpty(source.Current.Errors);
    }

    [Fact]
    public void Touching_a_file_publishes_nothing()
    {
        Write("a.yaml", Rule("a"));
        using YamlFolderSource source = Open();
        File.SetLastWriteTimeUtc(Path.Combine(_folder, "a.yaml"), new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        _time.Advance(PollingOnly.PollInterval);
        Assert.Equal(1, source.Current.Revision);
    }

    [Fact]
    public void A_config_map_volume_swaps_its_link_and_is_read_anew()
    {
        Swap("v1", "a");
        File.CreateSymbolicLink(Path.Combine(_folder, "rules.yaml"), Path.Combine("..data", "rules.yaml"));
        using YamlFolderSource source = Open();
        Assert.Equal("a", source.Current.Configuration!.VirtualServices[0].Name);
        Swap("v2", "b");
        _time.Advance(PollingOnly.PollInterval);
        Assert.Equal("b", source.Current.Configuration!.VirtualServices[0].Name);
    }

    [Fact]
    public async Task Watching_gives_the_present_then_what_follows_and_ends_with_the_source()
    {
        Write("a.yaml", Rule("a"));
        YamlFolderSource source = Open();
        await using IAsyncEnumerator<YamlFolderSnapshot> watch = source.WatchAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Assert.True(await watch.MoveNextAsync());
        Assert.Equal(1, watch.Current.Revision);
        ValueTask<bool> next = watch.MoveNextAsync();
        Assert.False(next.IsCompleted);
        Write("a.yaml", Rule("b"));
        _time.Advance(PollingOnly.PollInterval);
        Assert.True(await next);
        Assert.Equal("b", watch.Current.Configuration!.VirtualServices[0].Name);
        source.Dispose();
        Assert.False(await watch.MoveNextAsync());
    }

    [Theory]
    [InlineData("in place")]
    [InlineData("rename")]
    [InlineData("in pieces")]
    public async Task With_the_real_clock_an_edit_is_published_within_a_second(string how)
    {
        Write("a.yaml", Rule("a"));
        using var source = new YamlFolderSource(_folder);
        string file = Path.Combine(_folder, "a.yaml");
        string text = Rule("edited");
        switch (how)
        {
            case "in place":
                await File.WriteAllTextAsync(file, text, TestContext.Current.CancellationToken);
                break;
            case "rename":
                await File.WriteAllTextAsync(file + ".tmp", text, TestContext.Current.CancellationToken);
                File.Move(file + ".tmp", file, overwrite: true);
                break;
            default:
                await using (StreamWriter writer = File.CreateText(file))
                {
                    foreach (char[] piece in text.Chunk(40))
                    {
                        await writer.WriteAsync(piece);
                        await writer.FlushAsync(TestContext.Current.CancellationToken);
                    }
                }

                break;
        }

        long written = Stopwatch.GetTimestamp();
        await foreach (YamlFolderSnapshot snapshot in source.WatchAsync(TestContext.Current.CancellationToken))
        {
            if (snapshot.Configuration?.VirtualServices[0].Name == "edited")
            {
                break;
            }
        }

        Assert.InRange(Stopwatch.GetElapsedTime(written), TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    private static string Rule(string name) =>
        $"apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {{name: {name}}}\nspec:\n  hosts: [a.com]\n  http:\n  - route: [{{destination: {{host: a}}}}]\n";

    private YamlFolderSource Open() => new(_folder, PollingOnly, _time);

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder, name), text);

    // As the kubelet does it: a new folder, a new link beside the old one, a rename over it.
    private void Swap(string version, string rule)
    {
        string inner = Directory.CreateDirectory(Path.Combine(_folder, $"..{version}")).FullName;
        File.WriteAllText(Path.Combine(inner, "rules.yaml"), Rule(rule));
        string link = Path.Combine(_folder, "..data");
        File.CreateSymbolicLink(link + "_tmp", $"..{version}");
        using Process move = Process.Start("mv", ["-T", link + "_tmp", link]);
        move.WaitForExit();
        Assert.Equal(0, move.ExitCode);
    }
}
