using Clovisor.Bpf.Programs;

namespace Clovisor.Bpf.Links;

/// <summary>A link on a kernel function or security hook, or on a function of another program.</summary>
/// <param name="AttachType">The hook.</param>
/// <param name="TargetObjectId">The program attached to; for a kernel function the number of the BTF object that describes it.</param>
/// <param name="TargetBtfId">The number of the function in that BTF.</param>
/// <param name="Cookie">The number that the program reads by <c>bpf_get_attach_cookie</c>. From Linux 6.15; 0 before.</param>
public sealed record TracingLinkInfo(BpfAttachType AttachType, uint TargetObjectId, uint TargetBtfId, ulong Cookie) : BpfLinkInfo;

/// <summary>A link on a raw trace point.</summary>
/// <param name="Name">The trace point.</param>
/// <param name="Cookie">The number that the program reads by <c>bpf_get_attach_cookie</c>. From Linux 6.15; 0 before.</param>
public sealed record RawTracepointLinkInfo(string Name, ulong Cookie) : BpfLinkInfo;

/// <summary>A link of an iterator.</summary>
/// <param name="TargetName">What it walks: <c>task</c>, <c>bpf_map_elem</c>.</param>
/// <param name="MapId">The map that it walks; 0 when it walks no map.</param>
public sealed record IteratorLinkInfo(string TargetName, uint MapId) : BpfLinkInfo;

/// <summary>A link on a trace point. From Linux 6.6; before, the kernel tells the type alone.</summary>
/// <param name="Name">The trace point, without its category.</param>
/// <param name="Cookie">The number that the program reads by <c>bpf_get_attach_cookie</c>.</param>
public sealed record TracepointLinkInfo(string Name, ulong Cookie) : BpfLinkInfo;

/// <summary>A link on a kernel function by a breakpoint. From Linux 6.6; before, the kernel tells the type alone.</summary>
/// <param name="Function">The function; empty when it was named by its address.</param>
/// <param name="Offset">Bytes from the start of the function.</param>
/// <param name="Address">Its address; 0 when the reader may not see addresses.</param>
/// <param name="IsReturn">Whether the program runs when the function returns.</param>
/// <param name="Missed">How often the program could not run.</param>
/// <param name="Cookie">The number that the program reads by <c>bpf_get_attach_cookie</c>.</param>
public sealed record KprobeLinkInfo(string Function, uint Offset, ulong Address, bool IsReturn, ulong Missed, ulong Cookie) : BpfLinkInfo;

/// <summary>A link on a user function by a breakpoint. From Linux 6.6; before, the kernel tells the type alone.</summary>
/// <param name="Path">The program or library.</param>
/// <param name="Offset">Bytes from the start of the file.</param>
/// <param name="IsReturn">Whether the program runs when the function returns.</param>
/// <param name="Cookie">The number that the program reads by <c>bpf_get_attach_cookie</c>.</param>
public sealed record UprobeLinkInfo(string Path, uint Offset, bool IsReturn, ulong Cookie) : BpfLinkInfo;

/// <summary>A link on a perf event of another kind. From Linux 6.6; before, the kernel tells the type alone.</summary>
/// <param name="EventType">The kernel's number of the kind of event: 0 hardware, 1 software.</param>
/// <param name="Config">The number of the event within its kind.</param>
/// <param name="Cookie">The number that the program reads by <c>bpf_get_attach_cookie</c>.</param>
public sealed record PerfEventLinkInfo(uint EventType, ulong Config, ulong Cookie) : BpfLinkInfo;

/// <summary>A link on many kernel functions.</summary>
/// <param name="Count">How many.</param>
/// <param name="IsReturn">Whether the program runs when a function returns.</param>
/// <param name="Missed">How often the program could not run.</param>
public sealed record KprobeMultiLinkInfo(int Count, bool IsReturn, ulong Missed) : BpfLinkInfo;

/// <summary>A link on many user functions.</summary>
/// <param name="Path">The program or library.</param>
/// <param name="Count">How many.</param>
/// <param name="IsReturn">Whether the program runs when a function returns.</param>
/// <param name="ProcessId">The process that it is limited to; 0 for all.</param>
public sealed record UprobeMultiLinkInfo(string Path, int Count, bool IsReturn, int ProcessId) : BpfLinkInfo;
