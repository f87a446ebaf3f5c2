namespace Clovisor.Wan.Sla;

/// <summary>A limit with hysteresis: broken above <paramref name="Enter"/>, kept again only below <paramref name="Leave"/>.</summary>
/// <param name="Enter">The value above which the limit counts as broken.</param>
/// <param name="Leave">The value below which a broken limit counts as kept again; not above <paramref name="Enter"/>.</param>
/// <typeparam name="T">The unit: a ratio, or a time.</typeparam>
public readonly record struct SlaLimit<T>(T Enter, T Leave)
    where T : struct, IComparable<T>;
