using System.Text.Json;
using Clovisor.Hosting.SessionApi;

namespace Clovisor.Hosting.Tests.SessionApi;

public sealed class ApiJsonTests
{
    [Theory]
    [InlineData("""{"headers":[{"name":"user","value":"boss"},{"name":"user","value":"minion"}]}""", "user=boss,user=minion")]
    [InlineData("""{"headers":{"user":"boss","x":""}}""", "user=boss,x=")]
    [InlineData("""{"headers":[]}""", "")]
    public void Headers_are_a_list_or_an_object(string json, string expected)
    {
        SessionReport report = JsonSerializer.Deserialize(json, ApiJson.Default.SessionReport)!;

        Assert.Equal(expected, string.Join(',', report.Headers!.Select(header => $"{header.Name}={header.Value}")));
    }

    [Theory]
    [InlineData("""{"headers":"user: boss"}""")]
    [InlineData("""{"headers":[{"name":"user"}]}""")]
    [InlineData("""{"headers":[{"name":"user","value":1}]}""")]
    [InlineData("""{"headers":[{"name":"user","value":"a","extra":"b"}]}""")]
    [InlineData("""{"headers":["user"]}""")]
    [InlineData("""{"sorce":"10.0.0.1:1"}""")]
    [InlineData("""{"source":"10.0.0.1:1","source":"10.0.0.2:1"}""")]
    [InlineData("""{"source":""")]
    [InlineData("""[]""")]
    public void What_is_not_a_report_is_refused(string json) =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize(json, ApiJson.Default.SessionReport));
}
