using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Clovisor.Hosting.Tests.Telemetry;
using Clovisor.Testing;

namespace Clovisor.Hosting.Tests.Sessions;

/// <summary>An association over two links that keeps together the sessions of a user: reports say who that is.</summary>
public sealed class StickyReportsTests
{
    [KernelFact]
    public void All_sessions_of_a_user_take_one_link_and_users_are_shared_among_the_links()
    {
        using TwoLinks lab = new();
        lab.Write("guests.yaml", """
            apiVersion: wan.clovisor.io/v1alpha1
            kind: WanAssociation
            metadata: { name: guests }
            spec: { match: { flows: [{ headers: { user: "guest-*" } }] }, tiers: [{ links: [fibre, lte] }], sticky: user }
            """);
        lab.Run(async host =>
        {
            Dictionary<string, HashSet<string>> links = [];
            for (int i = 0; i < 160; i++)
            {
                string user = $"guest-{i % 16}";
                links.TryAdd(user, []);
                links[user].Add(await LinkOfAsync(host, user, 41_000 + i));
            }

            Assert.All(links.Values, taken => Assert.Single(taken));
            Assert.Equal(["fibre", "lte"], links.Values.SelectMany(taken => taken).Distinct().Order());
        });
    }

    private static async Task<string> LinkOfAsync(TestHost host, string user, int port)
    {
        using StringContent report = new(TwoLinks.Report(user, port));
        using HttpResponseMessage response = await host.Client.PostAsync("/v1/sessions", report, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        JsonElement answer = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        Assert.Equal("guests", answer.GetProperty("association").GetString());
        return answer.GetProperty("link").GetString()!;
    }
}
