using System.Net;
using Clovisor.EdgeHost.Agent;
using Clovisor.EdgeHost.Sidecar;
using CsCheck;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Clovisor.EdgeHost.Tests.Sidecar;

public sealed class PoolKeyTests
{
    private static readonly IPEndPoint Destination = new(IPAddress.Parse("10.96.1.1"), 80);
    private static readonly RuleFields Fields = new() { Method = true, Path = true, Headers = ["user", "team"] };

    // Texts that look like parts of a key, so that a key without lengths would mix them up.
    private static readonly string[] Texts = ["", "a", "aa", "1:a", "1:", "#", "-1#", "2#1:a", "0:", "b;"];

    private static readonly Gen<string> Text = Gen.Int[0, Texts.Length - 1].Select(i => Texts[i]);

    private static readonly Gen<RequestHead> Heads =
        from method in Text
        from path in Text
        from user in Text.Array[0, 2]
        from team in Text.Array[0, 2]
        select Head(method, "/" + path, user, team);

    /// <summary>Requests share a pool if and only if they agree in everything that the rules look at.</summary>
    [Fact]
    public void Two_requests_share_a_pool_only_when_they_agree_in_all_used_fields() =>
        Gen.Select(Heads, Heads).Sample((a, b) => (Key(a) == Key(b)) == Agree(a, b), iter: 20_000);

    [Fact]
    public void Fields_that_no_rule_looks_at_do_not_split_pools() =>
        Assert.Equal(
            PoolKey.Of(Head("GET", "/a", ["boss"], []), Destination, new RuleFields { Headers = ["user"] }, default),
            PoolKey.Of(Head("POST", "/b", ["boss"], ["x"]), Destination, new RuleFields { Headers = ["user"] }, default));

    [Fact]
    public void A_new_revision_and_a_new_epoch_are_new_pools()
    {
        RequestHead head = Head("GET", "/", ["boss"], []);
        string[] keys = [.. from g in new RuleGeneration[] { new(1, 0), new(2, 0), new(1, 1), new(12, 0) } select PoolKey.Of(head, Destination, Fields, g)];
        Assert.Equal(4, keys.Distinct().Count());
    }

    [Fact]
    public void A_query_is_apart_from_the_path()
    {
        RequestHead one = Head("GET", "/a?x=1", [], []);
        RequestHead other = Head("GET", "/a?x=2", [], []);
        Assert.Equal(Key(one), Key(other));
        Assert.NotEqual(
            PoolKey.Of(one, Destination, new RuleFields { Query = true }, default), PoolKey.Of(other, Destination, new RuleFields { Query = true }, default));
    }

    private static string Key(RequestHead head) => PoolKey.Of(head, Destination, Fields, new RuleGeneration(1, 0));

    private static bool Agree(RequestHead a, RequestHead b) =>
        a.Method == b.Method && a.Target == b.Target && Same(a, b, "user") && Same(a, b, "team");

    private static bool Same(RequestHead a, RequestHead b, string header) =>
        a.Headers.ContainsKey(header) == b.Headers.ContainsKey(header) && a.Headers[header].SequenceEqual(b.Headers[header]);

    private static RequestHead Head(string method, string target, string[] user, string[] team)
    {
        var headers = new HeaderDictionary();
        if (user.Length > 0)
        {
            headers["user"] = new StringValues(user);
        }

        if (team.Length > 0)
        {
            headers["team"] = new StringValues(team);
        }

        return new RequestHead(method, "http", "httpbin", target, headers);
    }
}
