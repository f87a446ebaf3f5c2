using Clovisor.Wan.Model.Rules;

namespace Clovisor.Wan.Model.Kernel;

/// <summary>What a program did with a frame.</summary>
/// <param name="Code">The verdict.</param>
/// <param name="Frame">What the frame is now.</param>
/// <param name="Claim0">First word of the control block.</param>
/// <param name="Claim1">Second word.</param>
/// <param name="Sent">Where it was redirected to; null where it was not, or is not seen.</param>
/// <param name="Began">The tick of the clock of sessions before.</param>
/// <param name="Ended">... and after: nearly always the same.</param>
/// <param name="SumBroken">Whether the device's sum does not fit the frame any more.</param>
internal sealed record Observation(
    int Code, byte[] Frame, uint Claim0, uint Claim1, Redirection? Sent, ushort Began, ushort Ended, bool SumBroken);
