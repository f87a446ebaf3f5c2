namespace Clovisor.Wan.Links;

/// <summary>Who else uses the network behind a link.</summary>
public enum LinkTransport
{
    /// <summary>The Internet. The default.</summary>
    Public,

    /// <summary>A network of the operator's own, such as MPLS.</summary>
    Private,
}
