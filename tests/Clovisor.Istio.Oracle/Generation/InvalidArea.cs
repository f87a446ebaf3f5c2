using System.Text.Json.Nodes;

namespace Clovisor.Istio.Oracle.Generation;

/// <summary>Documents with a field at or beyond the limits of what is accepted: only whether they are refused is asked.</summary>
internal static class InvalidArea
{
    private static readonly string[] Names = ["a", "a.b", "A", "a_b", "-a", "a-", "*", "*.a", "*a.b", "a.*", "", "a..b", ".a", "a.", "1.2.3.4", "::1", "a/b", "./a", "~", ".", "a b", "a:80", "0a", "a.b.c.svc.cluster.local", "*.", "*.com", "é", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "a*b", "**.a", "*.*.a", "mesh", "ns/*", "*/*", "./*", "~/*", "ns/a.b", "*/a", "a/b/c", "10.0.0.0/8", "ns/", "/a"];

    private static readonly string[] Durations = ["1s", "0s", "1ms", "0.5ms", "1.5ms", "0.0001s", "1h", "1m30s", "-1s", "1", "s", "", "1us", "1.5s", "24h", "100000h", "1s1s", "1e3s", "+1s", "1.s", ".5s", "1d"];

    private static readonly string[] Words = ["GET", "", "x", "X-A", "x a", "x_a", ":path", ":authority", "host", "a\tb", "é", "x:y", "*", "a,b", "%", "%REQ(x)%", "%PROTOCOL%", "%%", "%a%", "%REQ(x", "%DYNAMIC_METADATA([\"a\"])%", "%START_TIME%", "100%", "5xx", "503", "5xx,gateway-error", "5xx,,503", "nope"];

    private static readonly double[] Numbers = [0, 1, 80, 65535, 65536, -1, 100, 101, 199, 200, 299, 300, 599, 600, 601, 443, 0.5, 100.5, 1000];

    public static JsonObject Case(Draw draw)
    {
        JsonObject document = draw.Next(8) switch
        {
            0 => Gateway(draw),
            1 => Entry(draw),
            2 => Sidecar(draw),
            3 => Rule(draw),
            _ => Service(draw),
        };
        return new JsonObject
        {
            ["config"] = Documents.Text([Documents.Service("httpbin", "app", "10.96.26.124", 80), document]),
            ["proxy"] = document["kind"]!.GetValue<string>() == "Gateway" ? CaseGenerator.Ingress("app") : CaseGenerator.Sidecar(),
            ["requests"] = new JsonArray(new JsonObject { ["table"] = "80", ["method"] = "GET", ["authority"] = "httpbin", ["path"] = "/" }),
        };
    }

    private static JsonObject Service(Draw draw)
    {
        var rule = new JsonObject { ["match"] = new JsonArray(new JsonObject { ["uri"] = new JsonObject { ["prefix"] = "/a" } }), ["route"] = new JsonArray(Documents.Destination("httpbin")) };
        var spec = new JsonObject { ["hosts"] = Documents.Texts("httpbin"), ["http"] = new JsonArray(rule) };
        int changes = draw.One(1, 1, 1, 2);
        for (int i = 0; i < changes; i++)
        {
            Change(draw, spec, rule);
        }

        return Documents.Document("VirtualService", "v", "app", spec);
    }

    private static void Change(Draw draw, JsonObject spec, JsonObject rule)
    {
        JsonObject match = (JsonObject)((JsonArray)(rule["match"] ??= new JsonArray(new JsonObject())))[0]!;
        var destination = rule["route"] is JsonArray { Count: > 0 } route ? (JsonObject)route[0]! : [];
        switch (draw.Next(42))
        {
            case 0: spec["hosts"] = Documents.Array(draw.Some(1, 2, Names)); break;
            case 1: spec["gateways"] = Documents.Array(draw.Some(1, 2, Names)); break;
            case 2: spec["exportTo"] = Documents.Array(draw.Some(1, 3, ".", "*", "~", "app", "a.b", "A", "", "other", "..")); break;
            case 3: spec["hosts"] = draw.One(new JsonArray(), Documents.Texts("a.b", "*.b"), Documents.Texts("a.b", "a.b"), Documents.Texts("*.a.b", "*.b"), Documents.Texts("httpbin", "httpbin.app.svc.cluster.local")); break;
            case 4: rule.Remove("route"); break;
            case 5: rule["redirect"] = Redirect(draw); break;
            case 6: rule.Remove("route"); rule["redirect"] = Redirect(draw); break;
            case 7: rule.Remove("route"); rule["directResponse"] = new JsonObject { ["status"] = (int)draw.One(Numbers), ["body"] = draw.One(new JsonObject { ["string"] = "x" }, new JsonObject(), new JsonObject { ["bytes"] = "YQ==" }) }; break;
            case 8: rule["rewrite"] = draw.One(new JsonObject(), new JsonObject { ["uri"] = "" }, new JsonObject { ["uri"] = "/a", ["uriRegexRewrite"] = new JsonObject { ["match"] = "a", ["rewrite"] = "b" } }, new JsonObject { ["uriRegexRewrite"] = new JsonObject { ["match"] = "(", ["rewrite"] = "b" } }, new JsonObject { ["uriRegexRewrite"] = new JsonObject { ["match"] = "a" } }, new JsonObject { ["uriRegexRewrite"] = new JsonObject { ["rewrite"] = "a" } }, new JsonObject { ["authority"] = draw.One(Names) }, new JsonObject { ["uriRegexRewrite"] = new JsonObject() }); break;
            case 9: match["headers"] = new JsonObject { [draw.One(Words)] = Text(draw) }; break;
            case 10: match["withoutHeaders"] = new JsonObject { [draw.One(Words)] = Text(draw) }; break;
            case 11: match["queryParams"] = new JsonObject { [draw.One(Words)] = Text(draw) }; break;
            case 12: match[draw.One("method", "authority", "scheme", "uri")] = Text(draw); break;
            case 13: match["port"] = (int)draw.One(Numbers); break;
            case 14: match["sourceLabels"] = new JsonObject { [draw.One(Names)] = draw.One(Names) }; break;
            case 15: match["sourceNamespace"] = draw.One(Names); break;
            case 16: match["gateways"] = Documents.Array(draw.Some(1, 2, Names)); break;
            case 17: rule["timeout"] = draw.One(Durations); break;
            case 18: rule["retries"] = draw.One(new JsonObject { ["attempts"] = (int)draw.One(Numbers) }, new JsonObject { ["attempts"] = 0, ["perTryTimeout"] = "1s" }, new JsonObject { ["attempts"] = 2, ["perTryTimeout"] = draw.One(Durations) }, new JsonObject { ["attempts"] = 2, ["retryOn"] = draw.One(Words) }, new JsonObject { ["attempts"] = 2, ["backoff"] = draw.One(Durations) }, new JsonObject { ["retryOn"] = "5xx" }, new JsonObject()); break;
            case 19: rule["fault"] = Fault(draw); break;
            case 20: rule["corsPolicy"] = Cors(draw); break;
            case 21: rule["headers"] = new JsonObject { [draw.One("request", "response")] = new JsonObject { [draw.One("set", "add")] = new JsonObject { [draw.One(Words)] = draw.One(Words) } } }; break;
            case 22: rule["headers"] = new JsonObject { [draw.One("request", "response")] = new JsonObject { ["remove"] = Documents.Texts(draw.One(Words)) } }; break;
            case 23: destination["headers"] = new JsonObject { ["request"] = new JsonObject { ["set"] = new JsonObject { [draw.One("host", ":authority", "x", ":path")] = draw.One(Words) } } }; break;
            case 24: destination["weight"] = (int)draw.One(Numbers); break;
            case 25: destination["destination"] = draw.One<JsonNode?>(null, new JsonObject(), new JsonObject { ["host"] = draw.One(Names) }, new JsonObject { ["host"] = "httpbin", ["subset"] = draw.One(Names) }, new JsonObject { ["host"] = "httpbin", ["port"] = new JsonObject { ["number"] = (int)draw.One(Numbers) } }, new JsonObject { ["host"] = "httpbin", ["port"] = new JsonObject() }); break;
            case 26: rule["route"] = draw.One(new JsonArray(), new JsonArray(Weighted(0), Weighted(0)), new JsonArray(Weighted(0), Weighted(5)), new JsonArray(Weighted(-1), Weighted(5)), new JsonArray(Documents.Destination("httpbin"), Documents.Destination("httpbin"))); break;
            case 27: rule["mirror"] = draw.One(new JsonObject(), new JsonObject { ["host"] = draw.One(Names) }); break;
            case 28: rule["mirror"] = new JsonObject { ["host"] = "httpbin" }; rule["mirrors"] = new JsonArray(Documents.Destination("httpbin")); break;
            case 29: rule["mirror"] = new JsonObject { ["host"] = "httpbin" }; rule[draw.One("mirrorPercentage")] = new JsonObject { ["value"] = draw.One(Numbers) }; break;
            case 30: rule["mirrors"] = new JsonArray(draw.One(new JsonObject(), new JsonObject { ["destination"] = new JsonObject { ["host"] = "httpbin" }, ["percentage"] = new JsonObject { ["value"] = draw.One(Numbers) } })); break;
            case 31: rule["delegate"] = draw.One(new JsonObject { ["name"] = "d" }, new JsonObject { ["name"] = draw.One(Names) }, new JsonObject { ["name"] = "d", ["namespace"] = draw.One(Names) }, new JsonObject()); if (draw.Chance(0.6)) { rule.Remove("route"); } break;
            case 32: rule["match"] = new JsonArray(); break;
            case 33: spec["http"] = draw.One(new JsonArray(), new JsonArray(new JsonObject())); break;
            case 34: spec.Remove("hosts"); if (draw.Chance(0.3)) { spec["gateways"] = Documents.Texts("gw"); } break;
            case 35: spec["tls"] = new JsonArray(Tls(draw)); break;
            case 36: spec["tcp"] = new JsonArray(Tcp(draw)); break;
            case 37: spec.Remove("http"); break;
            case 38: rule["name"] = draw.One(Words); match["name"] = draw.One(Words); break;
            case 39: match["headers"] = new JsonObject { [draw.One("@request.auth.claims.a", "@request.auth.claims[a][b]", "@request.auth.claims", "@request.auth.claims.", "@x")] = Text(draw) }; if (draw.Chance(0.5)) { spec["gateways"] = Documents.Texts("gw"); } break;
            case 40: match["statPrefix"] = draw.One(Words); rule["mirrorPercent"] = draw.One(0, 50, 100, 101); break;
            default: rule["directResponse"] = new JsonObject { ["status"] = 200 }; break;
        }
    }

    private static JsonObject Weighted(int weight)
    {
        JsonObject destination = Documents.Destination("httpbin");
        destination["weight"] = weight;
        return destination;
    }

    private static JsonObject Text(Draw draw) => draw.Next(8) switch
    {
        0 => [],
        1 => new JsonObject { ["exact"] = draw.One("", "a", "/") },
        2 => new JsonObject { ["prefix"] = draw.One("", "a", "/") },
        _ => new JsonObject { ["regex"] = draw.One("", "*", "a", "(", "(?=a)", new string('a', 1024), new string('a', 1025), "a{1001}", new string('é', 513), @"\C") },
    };

    private static JsonObject Redirect(Draw draw)
    {
        var redirect = new JsonObject();
        foreach (string field in draw.Some(0, 3, "uri", "prefixRewrite", "authority", "scheme", "port", "redirectCode", "derivePort"))
        {
            redirect[field] = field switch
            {
                "port" => (int)draw.One(Numbers),
                "redirectCode" => draw.One(0, 200, 300, 301, 302, 304, 307, 399, 400),
                "scheme" => draw.One("http", "https", "HTTP", "ftp", ""),
                "derivePort" => draw.One("FROM_REQUEST_PORT", "FROM_PROTOCOL_DEFAULT"),
                _ => draw.One("/x", "", "x"),
            };
        }

        return redirect;
    }

    private static JsonObject Fault(Draw draw) => draw.One(
        new JsonObject(),
        new JsonObject { ["abort"] = new JsonObject() },
        new JsonObject { ["abort"] = new JsonObject { ["httpStatus"] = (int)draw.One(Numbers), ["percentage"] = new JsonObject { ["value"] = draw.One(Numbers) } } },
        new JsonObject { ["abort"] = new JsonObject { ["grpcStatus"] = draw.One("UNAVAILABLE", "unavailable", "14", "", "NOPE", "OK", "17"), ["percentage"] = new JsonObject { ["value"] = 1 } } },
        new JsonObject { ["abort"] = new JsonObject { ["http2Error"] = "x", ["percentage"] = new JsonObject { ["value"] = 1 } } },
        new JsonObject { ["delay"] = new JsonObject() },
        new JsonObject { ["delay"] = new JsonObject { ["fixedDelay"] = draw.One(Durations), ["percentage"] = new JsonObject { ["value"] = draw.One(Numbers) } } },
        new JsonObject { ["delay"] = new JsonObject { ["exponentialDelay"] = "1s" } },
        new JsonObject { ["delay"] = new JsonObject { ["fixedDelay"] = "1s", ["percent"] = draw.One(0, 50, 101, -1) } });

    private static JsonObject Cors(Draw draw)
    {
        var cors = new JsonObject();
        foreach (string field in draw.Some(0, 2, "allowOrigins", "allowMethods", "allowHeaders", "exposeHeaders", "maxAge", "allowOrigin", "unmatchedPreflights"))
        {
            cors[field] = field switch
            {
                "allowOrigins" => new JsonArray(Text(draw)),
                "allowMethods" => Documents.Texts(draw.One("GET", "get", "", "*", "NOPE", "CONNECT")),
                "maxAge" => draw.One(Durations),
                "unmatchedPreflights" => draw.One("FORWARD", "IGNORE"),
                _ => Documents.Texts(draw.One(Words)),
            };
        }

        return cors;
    }

    private static JsonObject Tls(Draw draw)
    {
        var match = new JsonObject { ["sniHosts"] = Documents.Array(draw.Some(0, 2, "httpbin", "a.httpbin", "*", "*.a.b", "httpbin.app.svc.cluster.local", "1.2.3.4", "")) };
        L4(draw, match);
        return new JsonObject { ["match"] = draw.Chance(0.9) ? new JsonArray(match) : [], ["route"] = draw.Chance(0.9) ? new JsonArray(Documents.Destination("httpbin")) : [] };
    }

    private static JsonObject Tcp(Draw draw)
    {
        var match = new JsonObject();
        L4(draw, match);
        return new JsonObject { ["match"] = draw.Chance(0.8) ? new JsonArray(match) : [], ["route"] = draw.Chance(0.9) ? new JsonArray(Documents.Destination("httpbin")) : [] };
    }

    private static void L4(Draw draw, JsonObject match)
    {
        foreach (string field in draw.Some(0, 2, "port", "destinationSubnets", "sourceLabels", "gateways", "sourceNamespace"))
        {
            match[field] = field switch
            {
                "port" => (int)draw.One(Numbers),
                "destinationSubnets" => Documents.Texts(draw.One("10.0.0.0/8", "10.0.0.1", "a", "10.0.0.0/33", "::/0", "")),
                "sourceLabels" => new JsonObject { [draw.One(Names)] = draw.One(Names) },
                "gateways" => Documents.Texts(draw.One(Names)),
                _ => draw.One(Names),
            };
        }
    }

    private static JsonObject Gateway(Draw draw)
    {
        var server = new JsonObject { ["port"] = Documents.Port(80, "HTTP", "http"), ["hosts"] = Documents.Texts("*") };
        switch (draw.Next(9))
        {
            case 0: server["hosts"] = Documents.Array(draw.Some(0, 2, Names)); break;
            case 1: server["port"] = draw.One<JsonNode?>(null, new JsonObject(), Documents.Port((int)draw.One(Numbers), "HTTP", "a"), Documents.Port(80, draw.One("HTTP", "http", "HTTPS", "TLS", "TCP", "UDP", "GRPC", "FOO", "", "HTTP2", "MONGO", "GRPC-Web", "HTTP_PROXY"), "a"), Documents.Port(80, "HTTP", draw.One(Words))); break;
            case 2: server["tls"] = Server(draw); break;
            case 3: server["tls"] = Server(draw); server["port"] = Documents.Port(443, draw.One("HTTPS", "TLS", "TCP", "HTTP"), "a"); break;
            case 4: server["bind"] = draw.One("1.2.3.4", "::1", "a", "", "0.0.0.0", "1.2.3.4/8"); break;
            case 5: server["name"] = draw.One(Words); break;
            case 6: server["defaultEndpoint"] = draw.One("127.0.0.1:80", "a", ""); break;
            case 7: server["port"] = Documents.Port(443, draw.One("HTTPS", "TLS"), "a"); break;
        }

        JsonObject gateway = draw.Chance(0.1)
            ? Documents.Gateway(draw.One("g", "a.b", "G"), "app", server, new JsonObject { ["port"] = Documents.Port(81, "HTTP", draw.One("http", "other")), ["hosts"] = Documents.Texts("*") })
            : draw.Chance(0.05) ? Documents.Gateway("g", "app") : Documents.Gateway("g", "app", server);
        if (draw.Chance(0.1))
        {
            gateway["spec"]!["selector"] = new JsonObject { [draw.One(Names)] = draw.One(Names) };
        }

        return gateway;
    }

    private static JsonObject Server(Draw draw)
    {
        var tls = new JsonObject();
        foreach (string field in draw.Some(0, 3, "mode", "httpsRedirect", "credentialName", "serverCertificate", "privateKey", "caCertificates", "minProtocolVersion", "cipherSuites", "subjectAltNames"))
        {
            tls[field] = field switch
            {
                "mode" => draw.One("PASSTHROUGH", "SIMPLE", "MUTUAL", "ISTIO_MUTUAL", "AUTO_PASSTHROUGH", "OPTIONAL_MUTUAL"),
                "httpsRedirect" => draw.Chance(0.8),
                "cipherSuites" => Documents.Texts(draw.One("ECDHE-RSA-AES128-SHA", "nope")),
                "subjectAltNames" => Documents.Texts("a"),
                "minProtocolVersion" => draw.One("TLSV1_0", "TLSV1_2"),
                _ => draw.One("x", "/x", ""),
            };
        }

        return tls;
    }

    private static JsonObject Entry(Draw draw)
    {
        var spec = new JsonObject
        {
            ["hosts"] = draw.Chance(0.7) ? Documents.Texts("a.example.com") : Documents.Array(draw.Some(0, 2, Names)),
            ["ports"] = draw.One(new JsonArray(Documents.Port(80, "HTTP", "http")), new JsonArray(Documents.Port(80, draw.One("TCP", "FOO", "", "TLS", "UDP"), "http")), new JsonArray(Documents.Port(80, "HTTP", "a"), Documents.Port(draw.One(80, 81), "HTTP", draw.One("a", "b"))), new JsonArray(), new JsonArray(Documents.Port((int)draw.One(Numbers), "HTTP", draw.One(Words)))),
            ["resolution"] = draw.One("NONE", "STATIC", "DNS", "DNS_ROUND_ROBIN", "DYNAMIC_DNS"),
        };
        foreach (string field in draw.Some(0, 3, "addresses", "endpoints", "workloadSelector", "location", "exportTo", "subjectAltNames"))
        {
            spec[field] = field switch
            {
                "addresses" => Documents.Array(draw.Some(0, 2, "1.2.3.4", "10.0.0.0/8", "a", "::1", "1.2.3.4/32", "")),
                "endpoints" => draw.One(new JsonArray(new JsonObject { ["address"] = draw.One("1.2.3.4", "a.b", "", "unix:///a", "*", "a_b", "::1") }), new JsonArray(), new JsonArray(new JsonObject { ["address"] = "1.2.3.4", ["ports"] = new JsonObject { [draw.One("http", "nope")] = (int)draw.One(Numbers) } }), new JsonArray(new JsonObject { ["address"] = "a.b" }, new JsonObject { ["address"] = "c.d" })),
                "workloadSelector" => draw.One(new JsonObject { ["labels"] = new JsonObject { ["a"] = "b" } }, new JsonObject(), new JsonObject { ["labels"] = new JsonObject { [draw.One(Names)] = draw.One(Names) } }),
                "location" => draw.One("MESH_EXTERNAL", "MESH_INTERNAL"),
                "exportTo" => Documents.Array(draw.Some(1, 2, ".", "*", "~", "app", "A")),
                _ => Documents.Texts("spiffe://a"),
            };
        }

        return Documents.Document("ServiceEntry", "e", "app", spec);
    }

    private static JsonObject Sidecar(Draw draw)
    {
        var spec = new JsonObject();
        foreach (string field in draw.Some(0, 2, "egress", "ingress", "workloadSelector", "outboundTrafficPolicy"))
        {
            spec[field] = field switch
            {
                "egress" => draw.One(new JsonArray(), new JsonArray(new JsonObject { ["hosts"] = Documents.Array(draw.Some(0, 2, Names)) }), new JsonArray(new JsonObject { ["hosts"] = Documents.Texts("./*") }, new JsonObject { ["hosts"] = Documents.Texts("*/*") }), new JsonArray(new JsonObject { ["port"] = Documents.Port((int)draw.One(Numbers), draw.One("HTTP", "FOO", "TCP"), "a"), ["hosts"] = Documents.Texts("*/*"), ["bind"] = draw.One("", "1.2.3.4", "a", "unix:///x", "0.0.0.0") })),
                "ingress" => draw.One(new JsonArray(), new JsonArray(new JsonObject { ["port"] = Documents.Port((int)draw.One(Numbers), "HTTP", "a"), ["defaultEndpoint"] = draw.One("127.0.0.1:80", "0.0.0.0:80", "unix:///x", "a", "", "1.2.3.4:80", "127.0.0.1:x", "[::1]:80") }), new JsonArray(new JsonObject { ["defaultEndpoint"] = "127.0.0.1:80" })),
                "workloadSelector" => draw.One(new JsonObject(), new JsonObject { ["labels"] = new JsonObject { [draw.One(Names)] = draw.One(Names) } }),
                _ => new JsonObject { ["mode"] = draw.One("ALLOW_ANY", "REGISTRY_ONLY") },
            };
        }

        return Documents.Document("Sidecar", "s", "app", spec);
    }

    private static JsonObject Rule(Draw draw)
    {
        var spec = new JsonObject { ["host"] = draw.Chance(0.6) ? "httpbin" : draw.One(Names) };
        if (draw.Chance(0.7))
        {
            spec["subsets"] = draw.One(
                new JsonArray(new JsonObject { ["name"] = draw.One(Names), ["labels"] = new JsonObject { ["version"] = "v1" } }),
                new JsonArray(new JsonObject { ["name"] = "v1" }, new JsonObject { ["name"] = draw.One("v1", "v2") }),
                new JsonArray(new JsonObject()),
                new JsonArray(new JsonObject { ["name"] = "v1", ["labels"] = new JsonObject { [draw.One(Names)] = draw.One(Names) } }));
        }

        if (draw.Chance(0.3))
        {
            spec["exportTo"] = Documents.Array(draw.Some(1, 2, ".", "*", "~", "app", "A", "other"));
        }

        if (draw.Chance(0.3))
        {
            spec["workloadSelector"] = draw.One(new JsonObject { ["matchLabels"] = new JsonObject { ["a"] = "b" } }, new JsonObject());
        }

        return Documents.Document("DestinationRule", "d", "app", spec);
    }
}
