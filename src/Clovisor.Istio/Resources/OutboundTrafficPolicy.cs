namespace Clovisor.Istio.Resources;

/// <summary>What a sidecar does with traffic for hosts that no rule and no service knows.</summary>
public enum OutboundTrafficPolicy
{
    /// <summary>Refused with status 502.</summary>
    RegistryOnly,

    /// <summary>Let through to where the client addressed it.</summary>
    AllowAny,
}
