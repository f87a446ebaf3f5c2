namespace Clovisor.Wan.Associations;

/// <summary>Whether sessions may leave to the Internet directly (MEF 70 INTERNET-BREAKOUT).</summary>
public enum BreakoutCriterion
{
    /// <summary>Either kind of link. The default.</summary>
    Either,

    /// <summary>Only links that lead to the Internet directly.</summary>
    Yes,

    /// <summary>Only links that do not.</summary>
    No,
}
