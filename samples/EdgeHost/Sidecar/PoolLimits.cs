namespace Clovisor.EdgeHost.Sidecar;

/// <summary>How long connections and pools are kept.</summary>
/// <param name="IdleTimeout">A connection, and a pool, that nobody used for so long is closed.</param>
/// <param name="ConnectionLifetime">
/// A connection older than this takes no further request. Without it a busy connection would keep to the link it began on,
/// however long ago a better one came back.
/// </param>
/// <param name="MaxPools">Pools beyond this number are closed, the longest unused first, as soon as they are idle.</param>
internal sealed record PoolLimits(TimeSpan IdleTimeout, TimeSpan ConnectionLifetime, int MaxPools);
