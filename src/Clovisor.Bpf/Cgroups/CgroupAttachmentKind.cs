namespace Clovisor.Bpf.Cgroups;

/// <summary>The kernel's ways of running a program for a control group, best first.</summary>
public enum CgroupAttachmentKind
{
    /// <summary>Held by a link: it ends with its owner or its pin, and others can be attached beside it. From Linux 5.7.</summary>
    Link = 0,

    /// <summary>Held by the group itself: it stays when the process ends, and others can be attached beside it. From Linux 4.15.</summary>
    Multiple = 1,

    /// <summary>Held by the group itself and alone there; groups below may put another in its place. From Linux 4.11.</summary>
    Overridable = 2,
}
