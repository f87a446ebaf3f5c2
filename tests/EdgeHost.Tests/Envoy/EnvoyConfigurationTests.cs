using Clovisor.EdgeHost.CommandLine;
using Clovisor.EdgeHost.Envoy;
using YamlDotNet.RepresentationModel;

namespace Clovisor.EdgeHost.Tests.Envoy;

public sealed class EnvoyConfigurationTests
{
    private static string Shipped => Path.Combine(AppContext.BaseDirectory, "config");

    [Fact]
    public void Every_class_has_a_cluster_of_its_own_with_its_tag_before_the_bind()
    {
        YamlNode clusters = Parse(EnvoyConfiguration.Bootstrap(EnvoyRules.Read(Shipped).Classes, "/run/x/routes.yaml"))["static_resources"]["clusters"];

        Assert.Equal(
            ["class-boss 0/1 184 STATE_PREBIND", "class-minion 0/1 40 STATE_PREBIND", "unclassified"],
            ((YamlSequenceNode)clusters).Select(cluster => $"{cluster["name"]} {Options(cluster)}".TrimEnd()));

        static string Options(YamlNode cluster) =>
            ((YamlMappingNode)cluster["upstream_bind_config"]).Children.TryGetValue("socket_options", out YamlNode? options)
                ? $"{options[0]["level"]}/{options[0]["name"]} {options[0]["int_value"]} {options[0]["state"]}"
                : "";
    }

    [Fact]
    public void Routes_are_tried_in_the_order_of_the_rules()
    {
        YamlNode host = Parse(EnvoyConfiguration.Routes(EnvoyRules.Read(Shipped).Hosts))["resources"][0]["virtual_hosts"][0];

        Assert.Equal(["httpbin.example.com", "httpbin.example.com:*"], ((YamlSequenceNode)host["domains"]).Select(d => d.ToString()));
        Assert.Equal(
            ["user=boss > class-boss", "user=minion > class-minion", "> unclassified"],
            ((YamlSequenceNode)host["routes"]).Select(route => $"{Header(route)} > {route["route"]["cluster"]}".TrimStart()));

        static string Header(YamlNode route) =>
            ((YamlSequenceNode)route["match"]["headers"]).Select(h => $"{h["name"]}={h["string_match"]["exact"]}").FirstOrDefault() ?? "";
    }

    [Fact]
    public void A_value_cannot_break_out_of_its_quotes()
    {
        var host = new EnvoyHost("h", ["a"], [new EnvoyRoute([KeyValuePair.Create("user", "x\"}\n- evil: \\")], new EnvoyClass("", null))]);
        YamlNode routes = Parse(EnvoyConfiguration.Routes([host]))["resources"][0]["virtual_hosts"][0]["routes"];

        Assert.Equal("x\"}\n- evil: \\", routes[0]["match"]["headers"][0]["string_match"]["exact"].ToString());
    }

    [Fact]
    public void A_rule_that_the_generator_does_not_know_is_refused_by_name()
    {
        string folder = Directory.CreateTempSubdirectory("clvt-").FullName;
        try
        {
            foreach (string file in Directory.EnumerateFiles(Shipped, "*.yaml"))
            {
                string text = File.ReadAllText(file).Replace("exact: minion", "prefix: min", StringComparison.Ordinal);
                File.WriteAllText(Path.Combine(folder, Path.GetFileName(file)), text);
            }

            EdgeHostException e = Assert.Throws<EdgeHostException>(() => EnvoyRules.Read(folder));
            Assert.Contains("VirtualService app/httpbin", e.Message, StringComparison.Ordinal);
            Assert.Contains("spec.http[1] looks at more than exact headers", e.Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static YamlNode Parse(string yaml)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        return stream.Documents[0].RootNode;
    }
}
