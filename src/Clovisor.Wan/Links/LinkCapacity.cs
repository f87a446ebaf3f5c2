namespace Clovisor.Wan.Links;

/// <summary>How much a link carries.</summary>
/// <param name="UpBitsPerSecond">From this site outwards, in bits per second; at least 1.</param>
/// <param name="DownBitsPerSecond">Towards this site, in bits per second; at least 1.</param>
public readonly record struct LinkCapacity(long UpBitsPerSecond, long DownBitsPerSecond);
