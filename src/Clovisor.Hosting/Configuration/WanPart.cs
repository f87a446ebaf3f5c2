using Clovisor.Bpf;
using Clovisor.Bpf.Features;
using Clovisor.Hosting.Health;
using Clovisor.Wan;
using Clovisor.Wan.Configuration;
using Clovisor.Wan.Datapath;
using Clovisor.Wan.Status;
using Microsoft.Extensions.Logging;

namespace Clovisor.Hosting.Configuration;

/// <summary>Starts and stops the kernel datapath with its engine, and posts how links are.</summary>
internal sealed class WanPart(LiveOptions<WanOptions> live, WanRuntime runtime, HealthBoard health, TimeProvider time, ILoggerFactory loggers)
{
    internal const string LinksPart = "links";
    internal const string DatapathPart = "datapath";

    // None of these can change under a running datapath.
    private readonly WanOptions _options = live.Current;

    internal bool IsRunning => runtime.Running is not null;

    /// <summary>What takes effect at the start alone: everything.</summary>
    internal static IEnumerable<KeyValuePair<string, object?>> AtStart(WanOptions options) =>
    [
        new(nameof(options.PinDirectory), options.PinDirectory),
        new(nameof(options.MaxSessions), options.MaxSessions),
        new(nameof(options.MaxSessionsV6), options.MaxSessionsV6),
        new(nameof(options.LanDevices), string.Join(' ', options.LanDevices)),
        new(nameof(options.ProxyCgroup), options.ProxyCgroup),
        new(nameof(options.DscpMask), options.DscpMask),
        new(nameof(options.ClearTags), options.ClearTags),
        new(nameof(options.AnswersByLink), options.AnswersByLink),
        new(nameof(options.UninstallOnStop), options.UninstallOnStop),
    ];

    /// <summary>Starts with a first configuration, and waits until it is in force.</summary>
    /// <exception cref="PlatformNotSupportedException">The machine lacks something; the message lists all of it, each with its remedy.</exception>
    /// <exception cref="BpfException">The kernel refused a part of the datapath.</exception>
    /// <exception cref="WanException">The kernel refused a socket that the watching needs.</exception>
    internal async Task StartAsync(WanConfiguration configuration, CancellationToken cancellationToken)
    {
        Require(BpfRuntime.Check());
        WanDatapathSettings settings = new()
        {
            PinDirectory = _options.PinDirectory,
            MaxSessions = _options.MaxSessions,
            MaxSessionsV6 = _options.MaxSessionsV6,
            TrustedCgroup = _options.ProxyCgroup,
            DscpMask = (byte)_options.DscpMask,
            ClearTags = _options.ClearTags,
            AnswersByLink = _options.AnswersByLink,
            TimeProvider = time,
        };
        BpfWanDatapath datapath = BpfWanDatapath.Start(settings, loggers.CreateLogger<BpfWanDatapath>());
        WanEngine engine = new(configuration, datapath, loggers.CreateLogger<WanEngine>(), time) { LanDevices = [.. _options.LanDevices] };
        WanRuntime.Parts parts = new(engine, datapath);
        bool started = false;
        try
        {
            await engine.StartAsync(cancellationToken).ConfigureAwait(false);
            started = true;
        }
        finally
        {
            if (!started)
            {
                bool ours = !datapath.WasAdopted;
                parts.Dispose();
                if (ours)
                {
                    // What an earlier process left goes on as it was; what this one just made does not stay half-made.
                    BpfWanDatapath.Uninstall(_options.PinDirectory);
                }
            }
        }

        runtime.Running = parts;
        health.Post(DatapathPart, HealthLevel.Healthy);
        health.Ask(LinksPart, () => HealthOf(engine.Status));
        _ = PostEndAsync(engine.Completion);
    }

    /// <summary>Puts another configuration in force.</summary>
    /// <returns>Why the kernel refused, and what was in force before still is; null when it did not.</returns>
    internal string? TryApply(WanConfiguration configuration)
    {
        try
        {
            runtime.Engine!.TryApply(configuration, out string? error);
            return error;
        }
        catch (InvalidOperationException e)
        {
            // The engine has ended, which the part's health says too. The former snapshot stays: it is what the kernel has.
            return e.Message;
        }
    }

    /// <summary>Says that the datapath could not be started.</summary>
    internal void PostFailure(Exception failure) =>
        health.Post(DatapathPart, HealthLevel.Unhealthy, [$"{failure.Message} What an earlier process left in the kernel goes on; requests are classified, and no session is entered. It is tried again."]);

    internal void Stop()
    {
        if (runtime.Running is not { } running)
        {
            return;
        }

        runtime.Running = null;
        running.Dispose();
        if (_options.UninstallOnStop)
        {
            BpfWanDatapath.Uninstall(_options.PinDirectory);
        }
    }

    private static void Require(IReadOnlyList<BpfFinding> findings)
    {
        BpfFinding[] missing = [.. findings.Where(finding => finding is { IsRequired: true, Answer: BpfSupport.Unsupported })];
        if (missing.Length > 0)
        {
            throw new PlatformNotSupportedException("Start the WAN datapath: this machine lacks what it needs. Nothing was changed.\n"
                + string.Join('\n', missing.Select(finding => $"  {finding.Name}: {finding.Detail} {finding.Remedy}")));
        }
    }

    private async Task PostEndAsync(Task completion)
    {
        try
        {
            await completion.ConfigureAwait(false);
        }
        catch (Exception e)
        {
            health.Post(LinksPart, HealthLevel.Unhealthy, [$"The links are not watched any more: {e.Message} Packets go on as they were last classified. Restart the host."]);
        }
    }

    private static PartHealth HealthOf(WanStatus status)
    {
        List<string> reasons = [.. status.Links.Where(link => !link.IsUsable).Select(link => $"{link.Name} is {link.State}: {link.Reason}")];
        if (status.TargetsSuspect)
        {
            reasons.Add("The probes of every link went silent at one moment, so their targets are suspected and the links stay in use.");
        }

        reasons.AddRange(status.Warnings);
        if (status.DatapathError is { } error)
        {
            reasons.Add(error);
        }

        return new PartHealth(LinksPart, reasons.Count == 0 ? HealthLevel.Healthy : HealthLevel.Degraded, [.. reasons], []);
    }
}
