namespace Clovisor.EdgeHost.Demo;

/// <summary>The two users of the demo.</summary>
internal static class DemoUser
{
    public const string Boss = "boss";
    public const string Minion = "minion";
}
