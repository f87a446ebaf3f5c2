using System.Net;

namespace Clovisor.Wan.Probes;

/// <summary>Where a probe leaves: one device, one source address.</summary>
internal readonly record struct ProbeOrigin(string Device, int InterfaceIndex, IPAddress? Source);

/// <summary>Sends probes. Answers come back to the owner by target and sequence.</summary>
internal interface IProbeSender
{
    /// <summary>Sends one probe.</summary>
    /// <param name="origin">Where it leaves.</param>
    /// <param name="definition">What it is.</param>
    /// <param name="target">Whom it asks.</param>
    /// <param name="sequence">Its number.</param>
    /// <param name="sentAt">When it was handed to the kernel, on the engine's clock.</param>
    /// <returns>Null, or why it could not be sent.</returns>
    string? Send(in ProbeOrigin origin, ProbeDefinition definition, IPAddress target, ushort sequence, out TimeSpan sentAt);

    /// <summary>Whether something about a probe has come that this process has had no time for: then it is not the link that is late.</summary>
    bool IsUnread(string device, ushort sequence) => false;
}
