using Clovisor.Wan.Datapath;

namespace Clovisor.Hosting.Events;

/// <summary>Where events come from.</summary>
/// <param name="Read">Reads them until cancelled, or until the source ends; one reading at a time.</param>
/// <param name="Lost">How many were lost before they could be read.</param>
internal sealed record EventSource(Func<CancellationToken, IAsyncEnumerable<DatapathEvent>> Read, Func<long> Lost);
