using System.Collections.Immutable;
using Clovisor.Wan.Associations;
using Clovisor.Wan.Configuration;
using Clovisor.Wan.Datapath;
using Clovisor.Wan.Selection;

namespace Clovisor.Wan.Tests.Configuration;

/// <summary>One set of documents, the links of several nodes.</summary>
public sealed class NodeSelectorTests
{
    private const string Head = "---\napiVersion: wan.clovisor.io/v1alpha1\n";

    private const string Fleet =
        Head + "kind: WanLink\nmetadata: { name: fibre }\nspec: { device: eth0, nodeSelector: { site: north } }\n"
        + Head + "kind: WanLink\nmetadata: { name: lte }\nspec: { device: eth0, nodeSelector: { site: south, kind: truck } }\n"
        + Head + "kind: WanLink\nmetadata: { name: everywhere }\nspec: { device: eth1 }\n"
        + Head + "kind: WanAssociation\nmetadata: { name: voice }\nspec: { match: { dscp: ef }, tiers: [{ links: [lte, fibre], weights: { fibre: 3 } }, { links: [everywhere] }] }\n"
        + Head + "kind: WanAssociation\nmetadata: { name: bulk }\nspec: { match: { dscp: cs1 }, tiers: [{ links: [lte] }] }\n";

    [Fact]
    public void A_node_has_the_links_whose_labels_it_has_all_of()
    {
        WanConfiguration north = Read(("site", "north"));
        WanConfiguration south = Read(("site", "south"), ("kind", "truck"), ("more", "counts for nothing"));
        WanConfiguration half = Read(("site", "south"));

        Assert.Equal(["fibre", "everywhere"], north.Links.Select(link => link.Name));
        Assert.Equal(["lte", "everywhere"], south.Links.Select(link => link.Name));
        Assert.Equal(["everywhere"], half.Links.Select(link => link.Name));
        Assert.Equal(["everywhere"], WanConfigurationReader.Read(new ConfigurationText("fleet", Fleet)).Configuration!.Links.Select(link => link.Name));
    }

    [Fact]
    public void Tiers_keep_the_links_of_the_node_with_their_weights_and_a_tier_of_none_goes()
    {
        WanConfiguration north = Read(("site", "north"));

        Assert.Equal(
            [new LinkTier([new WeightedLink("fibre", 3)]), LinkTier.Of("everywhere")],
            north.Associations[0].Tiers,
            static (a, b) => a.Links.SequenceEqual(b.Links));
        Assert.Empty(north.Associations[1].Tiers);
    }

    [Fact]
    public void An_association_none_of_whose_links_is_here_has_no_link()
    {
        WanConfiguration north = Read(("site", "north"));
        byte[] slots = new byte[DatapathPlan.SlotsPerAssociation];

        Assert.Equal(SelectionReason.NoLink, new LinkSelector(north.Associations[1], north.Links).Select(new LinkView[2], slots).Reason);
        Assert.All(slots, static slot => Assert.Equal(DatapathPlan.NoLink, slot));
    }

    [Fact]
    public void What_contradicts_itself_on_no_node_is_no_error_and_what_does_on_this_one_is()
    {
        // Both ask for eth0, and on a node with all labels both are there.
        ConfigurationResult both = Result(("site", "north"), ("kind", "truck"));
        Assert.True(both.IsValid);

        string clash = Fleet.Replace("site: south, kind: truck", "site: north", StringComparison.Ordinal);
        ConfigurationError error = Assert.Single(WanConfigurationReader.Read([new ConfigurationText("fleet", clash)], Labels(("site", "north"))).Errors);
        Assert.Equal(ConfigurationErrorCodes.DuplicateDevice, error.Code);
    }

    [Fact]
    public void A_reference_to_a_link_that_no_node_has_stays_an_error()
    {
        ConfigurationError error = Assert.Single(WanConfigurationReader.Read(
            [new ConfigurationText("fleet", Fleet.Replace("links: [lte] ", "links: [lt]", StringComparison.Ordinal).Replace("[{ links: [lte] }]", "[{ links: [let] }]", StringComparison.Ordinal))],
            Labels(("site", "north"))).Errors);

        Assert.Equal((ConfigurationErrorCodes.UnknownReference, "spec.tiers[0].links[0]"), (error.Code, error.Path));
    }

    [Fact]
    public void A_tunnel_is_not_carried_by_the_link_of_another_node()
    {
        string text = Fleet + Head + "kind: WanLink\nmetadata: { name: vpn }\nspec: { device: wg0, over: lte }\n";

        ConfigurationError error = Assert.Single(WanConfigurationReader.Read([new ConfigurationText("fleet", text)], Labels(("site", "north"))).Errors);

        Assert.Equal((ConfigurationErrorCodes.UnknownReference, "spec.over"), (error.Code, error.Path));
    }

    [Theory]
    [InlineData("nodeSelector: north", "a single value stands where fields are wanted")]
    [InlineData("nodeSelector: { site: [a] }", "a list stands where one value is wanted")]
    public void A_malformed_selector_is_an_error(string field, string message)
    {
        string text = Head + "kind: WanLink\nmetadata: { name: fibre }\nspec: { device: eth0, " + field + " }\n";

        ConfigurationError error = Assert.Single(WanConfigurationReader.Read(new ConfigurationText("one", text)).Errors);

        Assert.StartsWith("spec.nodeSelector", error.Path, StringComparison.Ordinal);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    private static WanConfiguration Read(params (string Key, string Value)[] labels) => Result(labels).Configuration!;

    private static ConfigurationResult Result(params (string Key, string Value)[] labels) =>
        WanConfigurationReader.Read([new ConfigurationText("fleet", Fleet)], Labels(labels));

    private static ImmutableDictionary<string, string> Labels(params (string Key, string Value)[] labels) =>
        labels.ToImmutableDictionary(static label => label.Key, static label => label.Value);
}
