using Clovisor.Hosting.Callers;

namespace Clovisor.Hosting.Sessions;

/// <summary>What a session came by: the rule that its report fell under, and who reported it.</summary>
internal readonly record struct Origin(string? Route, CallerAccount Caller);
