using Clovisor.Hosting.Configuration;
using Clovisor.Hosting.Health;

namespace Clovisor.Hosting.Tests.Configuration;

public sealed class ReloadTests
{
    [Fact]
    public async Task A_bad_first_configuration_stops_the_host_with_every_error_of_every_file()
    {
        using ConfigurationFolder folder = ConfigurationFolder.OfDemo();
        folder.Write("mesh.yaml", ConfigurationFolder.Mesh.Replace("hosts:", "hosst:", StringComparison.Ordinal));
        folder.Write("wan.yaml", ConfigurationFolder.Wan.Replace("device: wan1", "device: wan0", StringComparison.Ordinal));
        await using TestHost host = TestHost.Build(folder);

        ConfigurationRefusedException e = await Assert.ThrowsAsync<ConfigurationRefusedException>(host.StartAsync);

        Assert.Contains(e.Errors, error => error.Contains("/mesh.yaml:5:", StringComparison.Ordinal) && error.Contains("hosst", StringComparison.Ordinal));
        Assert.Contains(e.Errors, error => error.Contains("/mesh.yaml:15:", StringComparison.Ordinal) && error.Contains("hosst", StringComparison.Ordinal));
        Assert.Contains(e.Errors, error => error.Contains("/wan.yaml:", StringComparison.Ordinal) && error.Contains("wan0", StringComparison.Ordinal));
        Assert.False(File.Exists(Path.Combine(folder.Path, "api.sock")));
    }

    [Fact]
    public async Task A_text_that_is_no_yaml_is_reported_once()
    {
        using ConfigurationFolder folder = new();
        folder.Write("broken.yaml", "a: [1, 2\n");
        await using TestHost host = TestHost.Build(folder);

        ConfigurationRefusedException e = await Assert.ThrowsAsync<ConfigurationRefusedException>(host.StartAsync);

        Assert.Single(e.Errors);
    }

    [Fact]
    public async Task An_edit_is_put_in_force()
    {
        using ConfigurationFolder folder = ConfigurationFolder.OfDemo();
        await using TestHost host = await TestHost.StartAsync(folder);
        Assert.Equal(1, host.Snapshots.Current!.Revision);

        folder.Write("wan.yaml", ConfigurationFolder.Wan.Replace("name: minion", "name: helper", StringComparison.Ordinal));
        await TestHost.Eventually(() => host.Snapshots.Current!.Revision == 2);

        Assert.Equal("helper", host.Snapshots.Current!.Wan.Associations[1].Name);
        Assert.Equal(HealthLevel.Healthy, host.Health.Level);
    }

    [Fact]
    public async Task A_broken_edit_changes_nothing_and_degrades_health_until_it_is_mended()
    {
        using ConfigurationFolder folder = ConfigurationFolder.OfDemo();
        await using TestHost host = await TestHost.StartAsync(folder);

        folder.Write("mesh.yaml", ConfigurationFolder.Mesh.Replace("exact: boss", "exakt: boss", StringComparison.Ordinal));
        await TestHost.Eventually(() => host.Health.Level == HealthLevel.Degraded);

        PartHealth part = Assert.Single(host.Health.Parts, part => part.Level == HealthLevel.Degraded);
        Assert.Equal("configuration", part.Name);
        Assert.Contains(part.Reasons, reason => reason.Contains("exakt", StringComparison.Ordinal) && reason.Contains("mesh.yaml:", StringComparison.Ordinal));
        Assert.Equal(1, host.Snapshots.Current!.Revision);

        folder.Write("mesh.yaml", ConfigurationFolder.Mesh);
        await TestHost.Eventually(() => host.Health.Level == HealthLevel.Healthy);
        Assert.Equal(2, host.Snapshots.Current!.Revision);
    }

    [Fact]
    public async Task An_association_whose_route_is_not_there_is_a_warning()
    {
        using ConfigurationFolder folder = ConfigurationFolder.OfDemo();
        folder.Write("wan.yaml", ConfigurationFolder.Wan.Replace("httpbin/minion", "httpbin/minions", StringComparison.Ordinal));
        await using TestHost host = await TestHost.StartAsync(folder);

        PartHealth part = Assert.Single(host.Health.Parts, part => part.Name == "associations");
        Assert.Equal(HealthLevel.Healthy, part.Level);
        string warning = Assert.Single(part.Warnings);
        Assert.Contains("'app/httpbin/minions' names no rule", warning, StringComparison.Ordinal);
    }
}
