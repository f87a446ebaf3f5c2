namespace Clovisor.Bpf.Networking;

/// <summary>The kernel's two ways of running a program at traffic control.</summary>
public enum TcAttachmentKind
{
    /// <summary>A list of programs a hook, each held by a link. From Linux 6.6.</summary>
    Tcx = 0,

    /// <summary>A filter of the <c>clsact</c> queueing discipline, which stays when the process ends. From Linux 4.5.</summary>
    Clsact = 1,
}
