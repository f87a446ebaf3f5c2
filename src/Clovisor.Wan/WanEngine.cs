using System.Collections.Immutable;
using Clovisor.Bpf;
using Clovisor.Wan.Associations;
using Clovisor.Wan.Configuration;
using Clovisor.Wan.Datapath;
using Clovisor.Wan.Netlink;
using Clovisor.Wan.Sla;
using Clovisor.Wan.Status;
using Clovisor.Wan.Steering;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Clovisor.Wan;

/// <summary>
/// Watches the links of a configuration and keeps a datapath in step: follows devices, addresses, routes and neighbours by rtnetlink,
/// probes the links, chooses links for the associations, and flips the datapath when a link comes or goes.
/// </summary>
/// <remarks>
/// <para>
/// All of it happens on one thread of its own, in the network namespace of the thread that calls <see cref="StartAsync"/>; a lost
/// carrier reaches the datapath without passing through the thread pool. Members may be called from any thread.
/// </para>
/// <para>
/// Needs CAP_NET_RAW for probes (without it links with probes stay down, and say why), and CAP_NET_ADMIN to have the kernel keep next
/// hops resolved (Linux 5.16; without it a lost next hop shows by probes alone). The datapath has needs of its own.
/// </para>
/// <para>
/// With CAP_SYS_NICE its thread goes before others (nice −15): it works for some microseconds at a time, and on a busy node every
/// millisecond that it waits for a CPU is one in which sessions go into a dead link.
/// </para>
/// <para>Disposing stops the watching. The datapath is not the engine's: it stays as it is, and the caller disposes it.</para>
/// </remarks>
public sealed partial class WanEngine : IDisposable
{
    private readonly IWanDatapath _datapath;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly long _origin;
    private readonly Lock _sync = new();
    private readonly WanConfiguration _initial;
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly EventLoop _loop;
    private readonly FlowTableWatch _flows = new(FlowTableList.Read);
    private volatile EngineCore? _core;
    private Thread? _thread;
    private volatile bool _stopping;

    /// <summary>Makes an engine that does nothing until it is started.</summary>
    /// <param name="configuration">The first configuration.</param>
    /// <param name="datapath">What is kept in step. Used until the engine is disposed, and not disposed by it.</param>
    /// <param name="logger">Hears of link changes and refusals; null for silence.</param>
    /// <param name="time">The clock of probes and hold-downs; null for the system's.</param>
    public WanEngine(WanConfiguration configuration, IWanDatapath datapath, ILogger<WanEngine>? logger = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(datapath);
        _initial = configuration;
        _datapath = datapath;
        _logger = logger ?? NullLogger<WanEngine>.Instance;
        _time = time ?? TimeProvider.System;
        _origin = _time.GetTimestamp();
        _loop = new EventLoop(_time);
    }

    /// <summary>
    /// The devices at whose ingress packets of sessions are taken before routing, by name; <c>*</c> stands for any letters, as in <c>veth*</c>.
    /// </summary>
    /// <value>
    /// The default is none: all packets are routed first, and sessions take their link behind that. A device may be absent and come later.
    /// Devices of links are left out. Packets of sessions from these devices pass no netfilter rules and no connection tracking, and neither do their replies.
    /// At most <see cref="DatapathPlan.MaxLanDevices"/> devices at a time; with more the kernel's plan is refused, and <see cref="Status"/> says so.
    /// </value>
    public ImmutableArray<string> LanDevices { get; init; } = [];

    /// <summary>Raised after a link changed its state and the datapath followed. On the engine's own thread, which waits: be quick.</summary>
    public event EventHandler<LinkChangedEventArgs>? LinkChanged;

    /// <summary>Ends when the engine is disposed; fails when it stopped on an unexpected error. The datapath then stays as it is.</summary>
    public Task Completion => _ended.Task;

    /// <summary>The configuration in force. A position of an association is one in this configuration's list.</summary>
    public WanConfiguration Configuration => _core?.Configuration ?? _initial;

    /// <summary>All that is known now. Cost is proportional to links, probes in their windows and associations.</summary>
    /// <exception cref="InvalidOperationException">The engine was not started.</exception>
    public WanStatus Status
    {
        get
        {
            EngineCore core = Started();
            lock (_sync)
            {
                return StatusBuilder.Build(core, Now, _time.GetUtcNow()) with { Warnings = _flows.Warnings };
            }
        }
    }

    private TimeSpan Now => _time.GetElapsedTime(_origin);

    /// <summary>Starts the engine's thread and waits for the first plan to be in force.</summary>
    /// <remarks>
    /// The first plan waits for a first verdict on every link, some milliseconds where probes are answered, at most 5 seconds: sessions that
    /// an earlier process left in the kernel keep their links meanwhile. A device that is absent or has no carrier keeps nobody waiting.
    /// </remarks>
    /// <param name="cancellationToken">Ends the wait, and then the engine.</param>
    /// <exception cref="WanException">The kernel refused a socket.</exception>
    /// <exception cref="BpfException">The kernel refused the plan.</exception>
    /// <exception cref="InvalidOperationException">The engine was started before.</exception>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        var thread = new Thread(Run) { IsBackground = true, Name = "clovisor-wan" };
        if (Interlocked.CompareExchange(ref _thread, thread, null) is not null)
        {
            throw new InvalidOperationException("The engine was started before; make another one.");
        }

        // A thread inherits the network namespace of the one that starts it.
        thread.Start();
        try
        {
            await _started.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Stop();
            throw;
        }
    }

    /// <summary>Puts another configuration in force as a whole, or leaves everything as it is.</summary>
    /// <remarks>Links that are in both keep their state, and sessions of associations that are in both keep their links. Waits for the datapath.</remarks>
    /// <param name="configuration">The configuration.</param>
    /// <param name="error">Why the kernel refused; null when it did not.</param>
    /// <returns>Whether the configuration is in force.</returns>
    /// <exception cref="InvalidOperationException">The engine was not started, or has ended.</exception>
    public bool TryApply(WanConfiguration configuration, out string? error)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        EngineCore core = Started();
        if (Thread.CurrentThread == _thread)
        {
            // Called by a handler of LinkChanged: waiting for this thread would be waiting for ever.
            error = Apply(core, configuration);
            return error is null;
        }

        var answer = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        _loop.Post(() => answer.SetResult(Apply(core, configuration)));
        if (Task.WaitAny(answer.Task, Completion) == 1 && !answer.Task.IsCompleted)
        {
            throw new InvalidOperationException("The engine has ended; its log says why.");
        }

        error = answer.Task.GetAwaiter().GetResult();
        return error is null;
    }

    /// <summary>Enters a session into the kernel under an association, before its first packet; or classifies one that is there anew.</summary>
    /// <remarks>Some microseconds, without waiting for the engine's thread unless a new plan is being put in force.</remarks>
    /// <param name="tuple">The session as its packets look on leaving the node, before any translation.</param>
    /// <param name="association">The name of the association.</param>
    /// <exception cref="ArgumentException">There can be no such session; the message says why.</exception>
    /// <exception cref="BpfException">The kernel refused, most often because the session table is full.</exception>
    /// <exception cref="InvalidOperationException">The engine was not started.</exception>
    public SessionAdmission Admit(in SessionTuple tuple, string association) => Admit(in tuple, association, slot: null);

    /// <summary>The same for a session whose slot is known: that of a user or a header that keeps sessions together, as <see cref="StickyKey.SlotOf"/> says.</summary>
    /// <remarks>As <see cref="Admit(in SessionTuple, string)"/>.</remarks>
    /// <param name="tuple">The session as its packets look on leaving the node, before any translation.</param>
    /// <param name="association">The name of the association.</param>
    /// <param name="slot">0 to 63; null: the session's own, or that of its source or destination where its association keeps these together.</param>
    /// <exception cref="ArgumentException">There can be no such session, or no such slot; the message says why.</exception>
    /// <exception cref="BpfException">The kernel refused, most often because the session table is full.</exception>
    /// <exception cref="InvalidOperationException">The engine was not started.</exception>
    public SessionAdmission Admit(in SessionTuple tuple, string association, byte? slot)
    {
        if (slot >= DatapathPlan.SlotsPerAssociation)
        {
            throw new ArgumentOutOfRangeException(nameof(slot), slot, $"An association has the slots 0 to {DatapathPlan.SlotsPerAssociation - 1}.");
        }

        EngineCore core = Started();
        while (true)
        {
            int version = SettledVersion(core);
            if (!core.Configuration.TryFindAssociation(association, out int position))
            {
                return new SessionAdmission(AdmissionOutcome.UnknownAssociation, null);
            }

            int? link = _datapath.Place(in tuple, position, slot, out bool keeps);
            string? name = link is { } place ? core.Steering.NameOf(place) : null;
            if (core.Version == version)
            {
                return new SessionAdmission(name is null ? AdmissionOutcome.NoLink : keeps ? AdmissionOutcome.Kept : AdmissionOutcome.Admitted, name);
            }
        }
    }

    /// <summary>Takes a session's association from it, without breaking a connection that goes on.</summary>
    /// <remarks>
    /// A live session that its peer knows by an address of its link stays there (<see cref="AdmissionOutcome.Kept"/>), under the association that it has; every other is forgotten
    /// (<see cref="AdmissionOutcome.Unclassified"/>), also where there was none. <see cref="IWanDatapath.Remove"/> forgets any.
    /// </remarks>
    /// <param name="tuple">The session as its packets look on leaving the node, before any translation.</param>
    /// <exception cref="ArgumentException">There can be no such session; the message says why.</exception>
    /// <exception cref="BpfException">The kernel refused.</exception>
    /// <exception cref="InvalidOperationException">The engine was not started.</exception>
    public SessionAdmission Unclassify(in SessionTuple tuple)
    {
        EngineCore core = Started();
        while (true)
        {
            int version = SettledVersion(core);
            bool stays = _datapath.Unclassify(in tuple, out int? link);
            string? name = link is { } place ? core.Steering.NameOf(place) : null;
            if (core.Version == version)
            {
                return new SessionAdmission(stays ? AdmissionOutcome.Kept : AdmissionOutcome.Unclassified, name);
            }
        }
    }

    // Even: a position means the same link for as long as it stays. While a plan is being changed, waits for it.
    private int SettledVersion(EngineCore core)
    {
        int version = core.Version;
        while (version % 2 != 0)
        {
            lock (_sync)
            {
                version = core.Version;
            }
        }

        return version;
    }

    /// <summary>Enters a session into the kernel under the association that means it, before its first packet; sessions with one sticky key take one link.</summary>
    /// <remarks>As <see cref="Admit(in SessionTuple, string)"/>. A session that no association means is not entered, and takes the node's own routes.</remarks>
    /// <param name="tuple">The session as its packets look on leaving the node, before any translation.</param>
    /// <param name="facts">What is known of it. Addresses, ports and protocol are taken from <paramref name="tuple"/> where they are null here.</param>
    /// <exception cref="ArgumentException">There can be no such session; the message says why.</exception>
    /// <exception cref="BpfException">The kernel refused, most often because the session table is full.</exception>
    /// <exception cref="InvalidOperationException">The engine was not started.</exception>
    public SessionAdmission Admit(in SessionTuple tuple, SessionFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        facts = facts with
        {
            Source = facts.Source ?? tuple.Source,
            Destination = facts.Destination ?? tuple.Destination,
            Protocol = facts.Protocol ?? (byte)tuple.Protocol,
        };
        return Configuration.Classify(facts) is { } match
            ? Admit(in tuple, match.Association.Name, match.Association.Sticky.SlotOf(facts))
            : new SessionAdmission(AdmissionOutcome.UnknownAssociation, null);
    }

    /// <summary>Tells what the sessions on a link tell of it, such as retransmissions; a loss shows by them long before it does by probes.</summary>
    /// <remarks>Does not wait. Any thread. At most 100 samples a second weigh; more are averaged.</remarks>
    /// <exception cref="ArgumentException">The numbers cannot be.</exception>
    /// <exception cref="InvalidOperationException">The engine was not started.</exception>
    public void Observe(in PassiveSample sample)
    {
        ArgumentException.ThrowIfNullOrEmpty(sample.Link);
        ArgumentOutOfRangeException.ThrowIfNegative(sample.Lost);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sample.Lost, sample.Packets);
        EngineCore core = Started();
        PassiveSample copy = sample;
        _loop.Post(() =>
        {
            lock (_sync)
            {
                core.Monitor.Observe(in copy, Now);
            }
        });
    }

    /// <summary>Stops the engine's thread and gives up its sockets. The datapath stays as it is.</summary>
    public void Dispose()
    {
        Stop();
        if (_thread is { } thread && thread != Thread.CurrentThread)
        {
            thread.Join();
        }

        _loop.Dispose();
    }

    private EngineCore Started() =>
        _core ?? throw new InvalidOperationException("The engine was not started; await StartAsync first.");

    private void Stop()
    {
        if (!_stopping)
        {
            _stopping = true;
            _loop.Post(static () => { });
        }
    }
}
