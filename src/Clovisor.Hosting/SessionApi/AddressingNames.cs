using Clovisor.Wan.Links;

namespace Clovisor.Hosting.SessionApi;

/// <summary>The words of the configuration for kinds of addressing.</summary>
internal static class AddressingNames
{
    internal static string Of(AddressingKind kind) => kind switch
    {
        AddressingKind.Preserved => "preserved",
        AddressingKind.Paired => "paired",
        _ => "translated",
    };
}
