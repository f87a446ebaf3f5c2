using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net.Sockets;
using Clovisor.Hosting.Configuration;

namespace Clovisor.Hosting.Callers;

/// <summary>Decides who may use the API, and keeps the account of each. Thread-safe.</summary>
internal sealed class CallerGate(LiveOptions<SessionApiOptions> options, TimeProvider time)
{
    // A pod that comes and goes has another namespace each time; accounts without sessions make room for it.
    private const int MostAccounts = 4096;

    private readonly uint _self = EffectiveUser();
    private volatile Rules _rules = new(options.Current);
    private readonly ConcurrentDictionary<(uint? User, ulong? NetworkNamespace, CallerRule Rule), CallerAccount> _accounts = new();
    private readonly TokenFile? _token = options.Current is { LoopbackPort: not null, TokenFile: { Length: > 0 } file } ? new TokenFile(file) : null;
    private long _forbidden;
    private long _busy;
    private long _malformed;
    private int _inWork;
    private int _streams;

    /// <summary>Requests of callers that no entry fits, or without the token.</summary>
    internal long Forbidden => Interlocked.Read(ref _forbidden);

    /// <summary>Requests answered 503 because too many were in work.</summary>
    internal long Busy => Interlocked.Read(ref _busy);

    internal IEnumerable<CallerAccount> Accounts => _accounts.Values;

    /// <summary>Reads the token for the first time.</summary>
    /// <exception cref="IOException">It cannot be read, or must not be used.</exception>
    internal void Start() => _token?.Read();

    /// <summary>Finds the account of whoever connected a unix socket; null when nobody allows it.</summary>
    internal CallerAccount? Admit(CallerIdentity caller) =>
        caller.User is { } user && (user == 0 || user == _self)
            ? AccountOf(caller, CallerRule.Everything)
            : RulesNow().Entries.FirstOrDefault(rule => rule.Fits(caller)) is { } rule ? AccountOf(caller, rule) : null;

    /// <summary>Finds the account of whoever shows a token over TCP; null when it is not the token, or no entry fits such callers.</summary>
    internal CallerAccount? Admit(string? authorization) =>
        _token?.Accepts(authorization) == true ? Admit(CallerIdentity.OfToken) : null;

    internal CallerAccount? Admit(Socket socket) => Admit(CallerIdentity.Of(socket));

    internal void CountForbidden() => Interlocked.Increment(ref _forbidden);

    /// <summary>Takes a place for a request; <see cref="Leave"/> gives it back.</summary>
    internal bool TryEnter()
    {
        if (Interlocked.Increment(ref _inWork) <= options.Current.MaxRequests)
        {
            return true;
        }

        Interlocked.Decrement(ref _inWork);
        Interlocked.Increment(ref _busy);
        return false;
    }

    internal void Leave() => Interlocked.Decrement(ref _inWork);

    /// <summary>Takes a place for a stream, besides that of its request; <see cref="LeaveStream"/> gives it back. Half of the places at most, so that streams that stay keep nobody out.</summary>
    internal bool TryEnterStream()
    {
        if (Interlocked.Increment(ref _streams) <= MostStreams)
        {
            return true;
        }

        Interlocked.Decrement(ref _streams);
        Interlocked.Increment(ref _busy);
        return false;
    }

    internal void LeaveStream() => Interlocked.Decrement(ref _streams);

    internal int MostStreams => (options.Current.MaxRequests + 1) / 2;

    /// <summary>Requests that were no HTTP, or whose head is beyond the limits: the server refused them before anybody was asked.</summary>
    internal long Malformed => Interlocked.Read(ref _malformed);

    internal void CountMalformed() => Interlocked.Increment(ref _malformed);

    // Callers under changed options get accounts of their own, with the new limits; sessions that they entered before are counted to the former.
    private Rules RulesNow()
    {
        SessionApiOptions now = options.Current;
        Rules rules = _rules;
        if (!ReferenceEquals(rules.Options, now))
        {
            _rules = rules = new Rules(now);
        }

        return rules;
    }

    private CallerAccount AccountOf(CallerIdentity caller, CallerRule rule)
    {
        var key = (caller.User, caller.NetworkNamespace, rule);
        if (_accounts.TryGetValue(key, out CallerAccount? account))
        {
            return account;
        }

        if (_accounts.Count >= MostAccounts)
        {
            foreach (var (idle, _) in _accounts.Where(entry => entry.Value.Sessions == 0).Take(MostAccounts / 2).ToArray())
            {
                _accounts.TryRemove(idle, out _);
            }
        }

        return _accounts.GetOrAdd(
            key, _ => new CallerAccount(caller, rule, options.Current.ReportsPerSecond, options.Current.SessionsPerCaller, time));
    }

    // /proc gives it without another native call: real, effective, saved, file system.
    private static uint EffectiveUser() =>
        OperatingSystem.IsLinux()
        && File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith("Uid:", StringComparison.Ordinal)) is { } line
            ? uint.Parse(line.Split('\t')[2], System.Globalization.CultureInfo.InvariantCulture)
            : 0;

    private sealed class Rules(SessionApiOptions options)
    {
        internal SessionApiOptions Options { get; } = options;

        internal ImmutableArray<CallerRule> Entries { get; } = [.. options.Callers.Select(caller => new CallerRule(caller))];
    }
}
