using Clovisor.Wan.Datapath.Layout;
using Clovisor.Wan.Model.Rules;

namespace Clovisor.Wan.Model.Generation;

/// <summary>One thing that happens in an episode.</summary>
internal abstract record Step;

/// <summary>A packet passes.</summary>
internal sealed record PacketStep(Arrival Arrival) : Step;

/// <summary>A link's entry changes.</summary>
internal sealed record LinkStep(int Index, ClvLink Link) : Step;

/// <summary>The slots of an association change.</summary>
internal sealed record SlotsStep(int Index, ClvSlotTable Slots) : Step;

/// <summary>A session is reported; one that is there, anew.</summary>
internal sealed record ReportStep(ClvTuple Key, ClvSession Session) : Step;

/// <summary>A session is forgotten, and what led to it is not yet.</summary>
internal sealed record ForgetStep(ClvTuple Key) : Step;

/// <summary>What began outside is silent for longer than it is remembered.</summary>
internal sealed record AgeStep(ClvTuple Key) : Step;

/// <summary>A session is to be settled: its binding is to be taken as lost.</summary>
internal sealed record LoseStep(ClvTuple Key) : Step;
