using System.Net;

namespace Clovisor.Wan.Probes;

/// <summary>Where a probe leaves: one device, one source address.</summary>
internal readonly record struct ProbeOrigin(string Device, int InterfaceIndex, IPAddress? Source);

/// <summary>Sends echo requests. Answers come back to the owner by target and sequence.</summary>
internal interface IProbeSender
{
    /// <summary>Sends one request.</summary>
    /// <param name="origin">Where it leaves.</param>
    /// <param name="target">Whom it asks.</param>
    /// <param name="sequence">Its number.</param>
    /// <param name="sentAt">When it was handed to the kernel, on the engine's clock.</param>
    /// <returns>Null, or why it could not be sent.</returns>
    string? Send(in ProbeOrigin origin, IPAddress target, ushort sequence, out TimeSpan sentAt);
}
