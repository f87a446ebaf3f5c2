namespace Clovisor.Wan.Links;

/// <summary>When a link may be chosen at all.</summary>
public enum LinkRole
{
    /// <summary>Always. The default.</summary>
    Normal,

    /// <summary>Only while no normal link of the association qualifies (MEF 70 R32).</summary>
    Backup,
}
