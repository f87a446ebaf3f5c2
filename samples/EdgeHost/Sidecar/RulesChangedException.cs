namespace Clovisor.EdgeHost.Sidecar;

/// <summary>A connection was about to be made by rules that are no longer in force. The request has not left; it is sent anew.</summary>
internal sealed class RulesChangedException() : Exception("the rules changed while a connection was being made");
