namespace Clovisor.EdgeHost.Views;

/// <summary>What a value means to whoever looks at it. In a terminal it is a colour; the words say the same without.</summary>
internal enum Tone
{
    Plain,
    Good,
    Warning,
    Bad,
    Quiet,
    Strong,
}
