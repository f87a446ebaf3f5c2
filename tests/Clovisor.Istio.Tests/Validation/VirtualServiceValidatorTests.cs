using Clovisor.Istio.Serialization;

namespace Clovisor.Istio.Tests.Validation;

public sealed class VirtualServiceValidatorTests
{
    private const string To = "route: [{destination: {host: a}}]";

    [Theory]
    [InlineData("hosts: [a]", "has no rule")]
    [InlineData("gateways: [gw], http: [{" + To + "}]", "only a delegate has no hosts")]
    [InlineData("hosts: ['a.*.com'], http: [{" + To + "}]", "neither a host name nor an address")]
    [InlineData("hosts: ['*'], http: [{" + To + "}]", "cannot be * for sidecars")]
    [InlineData("hosts: ['*.a.com', 'b.a.com'], http: [{" + To + "}]", "overlap")]
    [InlineData("hosts: [a], gateways: [a/b/c], http: [{" + To + "}]", "is not a gateway")]
    [InlineData("hosts: [a], exportTo: ['*', b], http: [{" + To + "}]", "stand alone")]
    [InlineData("hosts: [a], exportTo: ['.', app], http: [{" + To + "}]", "twice")]
    [InlineData("hosts: [a], exportTo: ['~'], http: [{" + To + "}]", "for services alone")]
    [InlineData("hosts: [a], http: [{}]", "does nothing")]
    [InlineData("hosts: [a], http: [{redirect: {uri: /x}, " + To + "}]", "cannot stand beside redirect")]
    [InlineData("hosts: [a], http: [{directResponse: {status: 200}, rewrite: {uri: /}}]", "cannot stand beside directResponse")]
    [InlineData("hosts: [a], http: [{directResponse: {status: 100}}]", "must be 200 to 600")]
    [InlineData("hosts: [a], http: [{delegate: {name: b}, " + To + "}]", "delegates, and so cannot")]
    [InlineData("http: [{delegate: {name: b}}]", "one level deep")]
    [InlineData("hosts: [a], http: [{match: [{headers: {x: {prefix: ''}}}], " + To + "}]", "empty prefix")]
    [InlineData("hosts: [a], http: [{match: [{headers: {x: {regex: '*'}}}], " + To + "}]", "not a regular expression of RE2")]
    [InlineData("hosts: [a], http: [{match: [{uri: {regex: ''}}], " + To + "}]", "empty regular expression")]
    [InlineData("hosts: [a], http: [{match: [{headers: {'x y': {}}}], " + To + "}]", "not the name of a header")]
    [InlineData("hosts: [a], http: [{match: [{headers: {'@request.auth.claims.sub': {exact: x}}}], " + To + "}]", "claim of a token")]
    [InlineData("hosts: [a], http: [{match: [{sourceLabels: {'a b': c}}], " + To + "}]", "not a valid label")]
    [InlineData("hosts: [a], http: [{match: [{sourceNamespace: A_B}], " + To + "}]", "not a namespace")]
    [InlineData("hosts: [a], http: [{rewrite: {}, " + To + "}]", "changes nothing")]
    [InlineData("hosts: [a], http: [{rewrite: {uri: /, uriRegexRewrite: {match: a, rewrite: b}}, " + To + "}]", "both uri and uriRegexRewrite")]
    [InlineData("hosts: [a], http: [{rewrite: {uriRegexRewrite: {match: a, rewrite: '\\1'}}, " + To + "}]", "names a group")]
    [InlineData("hosts: [a], http: [{redirect: {redirectCode: 301}}]", "leads to where the request came from")]
    [InlineData("hosts: [a], http: [{redirect: {uri: /, redirectCode: 304}}]", "must be 301")]
    [InlineData("hosts: [a], http: [{redirect: {port: 70000}}]", "must be 0 to 65535, not 70000")]
    [InlineData("hosts: [a], http: [{redirect: {uri: /, derivePort: ''}}]", "must be FROM_PROTOCOL_DEFAULT or FROM_REQUEST_PORT, not \"\"")]
    [InlineData("hosts: [a], http: [{corsPolicy: {unmatchedPreflights: ''}, " + To + "}]", "must be UNSPECIFIED, FORWARD or IGNORE, not \"\"")]
    [InlineData("hosts: [a], http: [{match: [{uri: {exact: /}}], redirect: {prefixRewrite: /x}}]", "needs matches by prefix")]
    [InlineData("hosts: [a], http: [{rewrite: {authority: x}, headers: {request: {set: {Host: b.com}}}, " + To + "}]", "authority more than once")]
    [InlineData("hosts: [a], http: [{headers: {request: {set: {x: '5%'}}}, " + To + "}]", "has a % at its end")]
    [InlineData("hosts: [a], http: [{headers: {response: {set: {':status': '1'}}}, " + To + "}]", "other pseudo headers not at all")]
    [InlineData("hosts: [a], http: [{route: [{destination: {host: '*'}}]}]", "a destination is one service")]
    [InlineData("hosts: [a], http: [{route: [{destination: {host: a, subset: V_1}}]}]", "must be a DNS label")]
    [InlineData("hosts: [a], http: [{route: [{destination: {host: a}}, {destination: {host: b}}]}]", "no weight above 0")]
    [InlineData("hosts: [a], http: [{retries: {attempts: 0, retryOn: 5xx}, " + To + "}]", "switches retries off")]
    [InlineData("hosts: [a], http: [{retries: {attempts: 1, retryOn: 'gateway-eror'}, " + To + "}]", "did you mean \"gateway-error\"?")]
    public void Refuses_what_the_webhook_refuses_and_says_why(string spec, string message) =>
        Assert.Contains(Errors(spec), e => e.Contains(message, StringComparison.Ordinal));

    [Theory]
    [InlineData("hosts: ['*'], gateways: [gw], http: [{" + To + "}]")]
    [InlineData("hosts: [10.0.0.1, '*.a.com', '*'], gateways: [gw], http: [{" + To + "}]", "overlap")]
    [InlineData("hosts: [a], http: [{match: [{uri: {prefix: ''}}], " + To + "}]")]
    [InlineData("hosts: [a], http: [{match: [{withoutHeaders: {x: {regex: '*'}}}], " + To + "}]")]
    [InlineData("hosts: [a], http: [{redirect: {derivePort: FROM_PROTOCOL_DEFAULT}}]")]
    [InlineData("hosts: [a], http: [{retries: {attempts: 2, retryOn: 'gateway-error, 503'}, " + To + "}]")]
    [InlineData("hosts: [a], tcp: [{route: [{destination: {host: a}}]}]")]
    public void Accepts_what_the_webhook_accepts(string spec, string? only = null) =>
        Assert.All(Errors(spec), e => Assert.Contains(only ?? "(none)", e, StringComparison.Ordinal));

    [Fact]
    public void An_error_carries_the_line_of_its_rule()
    {
        const string Text = "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: v}\nspec:\n  hosts: [a]\n  http:\n  - route: [{destination: {host: a}}]\n  - match:\n    - uri: {regex: '('}\n    redirect: {}\n";
        Assert.Equal([8, 9], IstioYaml.Read(Text).Errors.Select(static e => e.Source.Line));
    }

    private static IEnumerable<string> Errors(string spec) =>
        IstioYaml.Read($"apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {{name: v, namespace: app}}\nspec: {{{spec}}}").Errors.Select(static e => e.ToString());
}
