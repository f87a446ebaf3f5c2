using System.Globalization;

namespace Clovisor.EdgeHost.Demo;

/// <summary>What the client is asked to do.</summary>
internal sealed record ClientOrder
{
    public IReadOnlyList<string> Users { get; init; } = [DemoUser.Boss, DemoUser.Minion];

    /// <summary>The proxy goes on over IPv6; the way to the proxy is IPv4 in either case.</summary>
    public bool IPv6 { get; init; }

    /// <summary>Requests of each user; 0 for as many as the time allows.</summary>
    public int Requests { get; init; }

    public TimeSpan Interval { get; init; }

    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    public long Download { get; init; } = 1000;

    public long Upload { get; init; }

    public long Rate { get; init; }

    /// <summary>Small requests at a steady pace, whether the earlier ones are answered or not: what a failure looks like to an application.</summary>
    public static ClientOrder Watch { get; } = new() { Interval = TimeSpan.FromMilliseconds(50), Timeout = TimeSpan.FromSeconds(3) };

    public IEnumerable<string> Arguments() =>
    [
        .. Users.SelectMany(user => new[] { "--user", user }),
        "--requests", Text(Requests), "--interval", Milliseconds(Interval), "--timeout", Milliseconds(Timeout),
        "--download", Text(Download), "--upload", Text(Upload), "--rate", Text(Rate),
    ];

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Milliseconds(TimeSpan time) => Text((long)time.TotalMilliseconds) + "ms";
}
