using CsCheck;
using Clovisor.Istio.Hosts;

namespace Clovisor.Istio.Tests.Hosts;

/// <summary>What must hold of host names whatever they are. A name's meaning is the set of concrete names that it matches.</summary>
public sealed class HostNameLawTests
{
    private static readonly Gen<string> Concrete =
        Choice.Of("a", "b", "ab").Array[1, 4].Select(static labels => string.Join('.', labels));

    private static readonly Gen<string> Names = Gen.Select(Concrete, Gen.Int[0, 3], static (name, kind) => kind switch
    {
        0 => "*." + name,
        1 => "*" + name,
        2 when name.Length == 1 => "*",
        _ => name,
    });

    [Fact]
    public void Having_a_name_in_common_is_symmetric_and_holds_of_a_name_with_itself() => Gen.Select(Names, Names).Sample(static (a, b) =>
    {
        Assert.Equal(HostName.Matches(a, b), HostName.Matches(b, a));
        Assert.True(HostName.Matches(a, a));
    });

    [Fact]
    public void A_pattern_matches_the_names_that_end_with_what_follows_its_star() => Gen.Select(Names, Concrete).Sample(static (pattern, name) =>
        Assert.Equal(pattern[0] == '*' ? name.EndsWith(pattern[1..], StringComparison.Ordinal) : pattern == name, HostName.Matches(pattern, name)));

    [Fact]
    public void Being_a_subset_is_an_order() => Gen.Select(Names, Names, Names).Sample(static (a, b, c) =>
    {
        Assert.True(HostName.IsSubsetOf(a, a));
        Assert.False(HostName.IsSubsetOf(a, b) && HostName.IsSubsetOf(b, a) && a != b);
        Assert.False(HostName.IsSubsetOf(a, b) && HostName.IsSubsetOf(b, c) && !HostName.IsSubsetOf(a, c));
    });

    [Fact]
    public void A_subset_has_no_name_that_the_other_lacks() => Gen.Select(Names, Names, Concrete).Sample(static (a, b, name) =>
    {
        if (HostName.IsSubsetOf(a, b))
        {
            Assert.True(HostName.Matches(a, b));
            Assert.False(HostName.Matches(a, name) && !HostName.Matches(b, name));
        }
    });

    [Fact]
    public void An_intersection_has_the_names_that_both_have() => Gen.Select(Names.Array[1, 4], Names.Array[1, 4], Concrete).Sample(static (left, right, name) =>
    {
        List<string> both = HostName.Intersect(left, [.. right]);
        bool inBoth = left.Any(l => HostName.Matches(l, name)) && right.Any(r => HostName.Matches(r, name));
        Assert.Equal(inBoth, both.Any(b => HostName.Matches(b, name)));
        Assert.Equal(both.Order(StringComparer.Ordinal), HostName.Intersect(right, [.. left]).Order(StringComparer.Ordinal));
    });

    [Fact]
    public void Specificity_is_an_order_that_puts_a_subset_first() => Gen.Select(Names, Names, Names).Sample(static (a, b, c) =>
    {
        Assert.Equal(Math.Sign(HostName.CompareSpecificity(a, b)), -Math.Sign(HostName.CompareSpecificity(b, a)));
        Assert.Equal(a == b, HostName.CompareSpecificity(a, b) == 0);
        Assert.False(HostName.CompareSpecificity(a, b) <= 0 && HostName.CompareSpecificity(b, c) <= 0 && HostName.CompareSpecificity(a, c) > 0);
        if (a != b && HostName.IsSubsetOf(a, b))
        {
            Assert.True(HostName.CompareSpecificity(a, b) < 0);
        }
    });

    [Fact]
    public void Completing_a_completed_name_changes_nothing() => Gen.Select(Names, Choice.Of("app", "other")).Sample(static (name, scope) =>
    {
        string full = HostName.Complete(name, scope, "cluster.local");
        Assert.Equal(full, HostName.Complete(full, "elsewhere", "cluster.local"));
    });
}
