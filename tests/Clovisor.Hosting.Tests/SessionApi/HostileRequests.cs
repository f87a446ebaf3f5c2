using System.Globalization;
using System.Text;

namespace Clovisor.Hosting.Tests.SessionApi;

/// <summary>Who refuses a hostile request, and so who counts it.</summary>
internal enum RefusedBy
{
    /// <summary>The server, before anybody is asked: <c>malformed</c>.</summary>
    Server,

    /// <summary>The endpoint: the caller's account.</summary>
    Endpoint,

    /// <summary>Nobody has such an endpoint.</summary>
    Routing,
}

/// <summary>A kind of hostile request; the number makes variants of it.</summary>
internal sealed record HostileRequest(string Name, RefusedBy By, Func<int, byte[]> Make)
{
    /// <summary>The sender says that nothing more will come, and so hears no answer.</summary>
    internal bool IsCutShort { get; init; }
}

/// <summary>What a caller that means harm, or is broken, sends to the two endpoints that report.</summary>
internal static class HostileRequests
{
    private const string Class = "/v1/session";
    private const string Sessions = "/v1/sessions";
    private const string Batch = "/v1/sessions/batch";
    private const string Report = """{"protocol":"tcp","source":"10.9.0.1:41000","destination":"10.96.1.1:80","method":"GET","authority":"httpbin.app.svc.cluster.local","path":"/","headers":{"user":"boss"}}""";
    private const string Question = "3:dst,12:10.96.1.1:80,1:a,1:x,";

    internal static IReadOnlyList<HostileRequest> All { get; } =
    [
        // The head of the request.
        Head("no HTTP at all", i => $"\x16\x03\x01{(char)i}\r\n\r\n"),
        Head("a method of control characters", i => $"PO{(char)(1 + (i % 8))}ST {Sessions} HTTP/1.1\r\nhost: c\r\n\r\n"),
        Head("HTTP of another version", i => $"POST {Sessions} HTTP/{2 + (i % 7)}.{i % 10}\r\nhost: c\r\n\r\n"),
        Head("a version that is none", i => $"POST {Sessions} HTTQ/1.{i}\r\nhost: c\r\n\r\n"),
        Head("no host", i => $"POST {Sessions} HTTP/1.1\r\ncontent-length: {i}\r\n\r\n"),
        Head("two hosts", i => $"POST {Sessions} HTTP/1.1\r\nhost: a{i}\r\nhost: b\r\n\r\n"),
        Head("a header bomb of many", i => $"POST {Sessions} HTTP/1.1\r\nhost: c\r\n{Many(65 + i, n => $"x-{n}: 1\r\n")}\r\n"),
        Head("a header bomb of one", i => $"POST {Class} HTTP/1.1\r\nhost: c\r\nx: {new string('a', 16_400 + i)}\r\n\r\n"),
        Head("a request line without end", i => $"POST /{new string('a', 17_000 + i)} HTTP/1.1\r\nhost: c\r\n\r\n"),
        Head("a header without colon", i => $"POST {Sessions} HTTP/1.1\r\nhost: c\r\nx{i}\r\n\r\n"),
        Head("a space before the colon", i => $"POST {Sessions} HTTP/1.1\r\nhost: c\r\ncontent-length : {i}\r\n\r\n"),
        Head("a folded header", i => $"POST {Sessions} HTTP/1.1\r\nhost: c\r\nx: 1\r\n {i}\r\n\r\n"),
        Head("a bare CR in a header", i => $"POST {Sessions} HTTP/1.1\r\nhost: c\r\nx: a\rb{i}\r\n\r\n"),
        Head("NUL in a header", i => $"POST {Class} HTTP/1.1\r\nhost: c\r\nx: a\0{i}\r\n\r\n"),
        Head("NUL in the path", i => $"POST {Class}\0{i} HTTP/1.1\r\nhost: c\r\n\r\n"),
        Head("a header that is not UTF-8", i => $"POST {Class} HTTP/1.1\r\nhost: c\r\nx: \xff\xfe{i}\r\n\r\n"),
        Head("a path that is not ASCII", i => $"POST /v1/session\xe9{i} HTTP/1.1\r\nhost: c\r\n\r\n"),

        // Where the body ends.
        Head("two lengths", i => $"POST {Sessions} HTTP/1.1\r\nhost: c\r\ncontent-length: {i}\r\ncontent-length: {i + 1}\r\n\r\n{Report}"),
        Head("a negative length", i => $"POST {Sessions} HTTP/1.1\r\nhost: c\r\ncontent-length: -{i + 1}\r\n\r\n{Report}"),
        Head("a length that is no number", i => $"POST {Class} HTTP/1.1\r\nhost: c\r\ncontent-length: {i}x\r\n\r\n{Question}"),
        Head("a length beyond all numbers", i => $"POST {Class} HTTP/1.1\r\nhost: c\r\ncontent-length: 9999999999999999999{i}\r\n\r\n"),
        Head("an encoding that is not known", i => $"POST {Sessions} HTTP/1.1\r\nhost: c\r\ntransfer-encoding: gzip{i}\r\n\r\n{Report}"),
        Head("chunked, and then not", i => $"POST {Sessions} HTTP/1.1\r\nhost: c\r\ntransfer-encoding: chunked, x{i}\r\n\r\n0\r\n\r\n"),
        Raw("a length that is a lie", RefusedBy.Endpoint, i => $"POST {Sessions} HTTP/1.1\r\nhost: c\r\ncontent-length: {Report.Length + 1 + i}\r\n\r\n{Report}") with { IsCutShort = true },
        Raw("chunked and a length, with a request behind", RefusedBy.Endpoint, i => $"POST {Sessions} HTTP/1.1\r\nhost: c\r\ntransfer-encoding: chunked\r\ncontent-length: {5 + i}\r\n\r\n0\r\n\r\nDELETE {Sessions} HTTP/1.1\r\n"),
        Raw("a chunk whose size is no number", RefusedBy.Endpoint, i => $"POST {Class} HTTP/1.1\r\nhost: c\r\ntransfer-encoding: chunked\r\n\r\nz{i}\r\n{Question}\r\n0\r\n\r\n"),
        Raw("a chunk that is longer than it says", RefusedBy.Endpoint, i => $"POST {Sessions} HTTP/1.1\r\nhost: c\r\ntransfer-encoding: chunked\r\n\r\n{1 + (i % 9)}\r\n{Report}\r\n0\r\n\r\n"),
        Raw("a body announced beyond the limit", RefusedBy.Endpoint, i => $"POST {Batch} HTTP/1.1\r\nhost: c\r\ncontent-length: {(1 << 20) + 1 + i}\r\n\r\n"),
        Raw("chunks beyond the limit", RefusedBy.Endpoint, i => $"POST {Sessions} HTTP/1.1\r\nhost: c\r\ntransfer-encoding: chunked\r\n\r\n{Many(18 + (i % 3), _ => $"10000\r\n{new string(' ', 65_536)}\r\n")}0\r\n\r\n"),

        // No such thing.
        Raw("a version of the API that is none", RefusedBy.Routing, i => Post($"/v{2 + i}/sessions", Report)),
        Raw("a path that climbs", RefusedBy.Routing, i => Post($"/v1/../../etc/passwd{i}", Report)),
        Raw("a method that the path does not have", RefusedBy.Routing, i => $"PUT {Sessions}?{i} HTTP/1.1\r\nhost: c\r\ncontent-length: 0\r\n\r\n"),

        // JSON.
        Json("no body", _ => ""),
        Json("null", _ => "null"),
        Json("JSON cut short", i => Report[..(1 + (i * 3))]),
        Json("JSON that nests without end", i => new string('[', 100 + i)),
        Json("objects that nest without end", i => Many(100 + i, _ => "{\"a\":")),
        Json("a member that is not known", i => Report.Replace("\"method\"", $"\"methot{i}\"", StringComparison.Ordinal)),
        Json("a member twice, as a smuggler has it", i => $"{{\"source\":\"10.9.0.1:{1 + i}\",{Report[1..]}"),
        Json("something behind the report", i => Report + Many(1 + i, _ => "}")),
        Json("two reports", _ => Report + Report),
        Json("a number for text", i => Report.Replace("\"GET\"", $"{i}", StringComparison.Ordinal)),
        Json("text that is not UTF-8", i => Report.Replace("boss", $"\xc0\xaf{i}", StringComparison.Ordinal)),
        Json("half a surrogate", i => Report.Replace("boss", $"\\ud8{i % 10}0", StringComparison.Ordinal)),
        Json("control characters in text", i => Report.Replace("boss", $"b{(char)(1 + (i % 9))}s", StringComparison.Ordinal)),
        Json("a loopback address", i => Report.Replace("10.9.0.1", $"127.0.0.{1 + i}", StringComparison.Ordinal)),
        Json("a multicast address", i => Report.Replace("10.9.0.1", $"{224 + (i % 16)}.0.0.1", StringComparison.Ordinal)),
        Json("an address of nobody", i => Report.Replace("10.9.0.1", i % 2 == 0 ? "0.0.0.0" : "255.255.255.255", StringComparison.Ordinal)),
        Json("an address in disguise", i => Report.Replace("10.9.0.1", i % 2 == 0 ? "[::ffff:127.0.0.1]" : "[::1]", StringComparison.Ordinal)),
        Json("ends of two families", i => Report.Replace("10.9.0.1", $"[fd00::{i + 1:x}]", StringComparison.Ordinal)),
        Json("a port that is none", i => Report.Replace(":41000", i % 2 == 0 ? ":0" : $":{65_536 + i}", StringComparison.Ordinal)),
        Json("both ends the same", i => Report.Replace("10.9.0.1:41000", $"10.96.1.1:{80 + (i * 0)}", StringComparison.Ordinal)),
        Json("another protocol", i => Report.Replace("\"tcp\"", $"\"sctp{i}\"", StringComparison.Ordinal)),
        Json("a header without name", i => Report.Replace("\"user\":\"boss\"", $"\"\":\"{i}\"", StringComparison.Ordinal)),
        Json("a path that is none", i => Report.Replace("\"/\"", $"\"x{i}\"", StringComparison.Ordinal)),
        Json("a path without end", i => Report.Replace("\"/\"", $"\"/{new string('a', 70_000 + i)}\"", StringComparison.Ordinal)),
        Raw("a batch of nothing", RefusedBy.Endpoint, i => Post(Batch, i % 2 == 0 ? "{\"sessions\":[]}" : "{}")),
        Raw("a batch of too many", RefusedBy.Endpoint, i => Post(Batch, $"{{\"sessions\":[{Many(4097 + i, n => n == 0 ? "{}" : ",{}")}]}}")),
        Raw("a batch that is cut short", RefusedBy.Endpoint, i => Post(Batch, $"{{\"sessions\":[{Report},{Report[..(1 + i)]}")),
        Raw("a batch with two lists", RefusedBy.Endpoint, i => Post(Batch, $"{{\"sessions\":[{Report}],\"sessions\":[{i}]}}")),

        // Netstrings.
        Netstring("nothing", _ => ""),
        Netstring("bytes of no meaning", i => $"\xff\xfe\0{i}"),
        Netstring("a length that is a lie", i => $"3:dst,{13 + i}:10.96.1.1:80,1:a,1:x,"),
        Netstring("a length with a zero in front", i => $"3:dst,012:10.96.1.1:80,1:a,1:{i % 10},"),
        Netstring("a length beyond the limit", i => $"{65_537 + i}:{new string('a', 1000)}"),
        Netstring("a length of many digits", i => $"99999999999{i}:a,"),
        Netstring("a field without end", i => $"3:dst,12:10.96.1.1:80,1:a,{1 + i}:"),
        Netstring("many fields", i => Many(300 + i, n => $"6:h.{n:0000},1:x,")),
        Netstring("a field twice", i => Question + $"1:a,1:{i % 10},"),
        Netstring("CR and LF in a value", i => Question + $"6:h.user,{4 + i.ToString(CultureInfo.InvariantCulture).Length}:a\r\nb{i},"),
        Netstring("NUL in a value", i => Question + $"6:h.user,3:a\0{(char)('a' + (i % 26))},"),
        Netstring("a value that is not UTF-8", i => Question + $"6:h.user,3:\xc0\xaf{(char)('a' + (i % 26))},"),
        Netstring("a key of control characters", i => Question + $"3:h.{(char)(1 + (i % 31))},1:x,"),
        Netstring("no destination", i => $"1:a,1:x,4:peer,{12 + i.ToString(CultureInfo.InvariantCulture).Length}:10.60.0.9:47{i},"),
        Netstring("an address that is none", i => $"3:dst,12:999.6.1.1:8{i % 10},1:a,1:x,"),
        Netstring("a loopback address as the proxy's", i => Question + $"2:up,14:127.0.0.1:4{1000 + i},4:host,12:10.96.1.1:80,"),
        Netstring("one end only", i => Question + $"2:up,14:10.9.0.1:4{4000 + i},"),
        Netstring("JSON where netstrings are read", _ => Report),
        Netstring("a message without end", i => new string('1', 300_000 + i)),
    ];

    private static HostileRequest Head(string name, Func<int, string> make) => Raw("head: " + name, RefusedBy.Server, make);

    private static HostileRequest Json(string name, Func<int, string> body) => Raw("JSON: " + name, RefusedBy.Endpoint, i => Post(Sessions, body(i)));

    private static HostileRequest Netstring(string name, Func<int, string> body) => Raw("netstrings: " + name, RefusedBy.Endpoint, i => Post(Class, body(i)));

    private static HostileRequest Raw(string name, RefusedBy by, Func<int, string> make) => new(name, by, i => Encoding.Latin1.GetBytes(make(i)));

    private static string Post(string path, string body) => $"POST {path} HTTP/1.1\r\nhost: clovisor\r\ncontent-length: {body.Length}\r\n\r\n{body}";

    private static string Many(int count, Func<int, string> make) => string.Concat(Enumerable.Range(0, count).Select(make));
}
