namespace Clovisor.Istio.Re2;

/// <summary>What can be true of a place between two bytes of the input. One place can be several of them.</summary>
[Flags]
internal enum Re2Place
{
    None = 0,
    TextStart = 1,
    TextEnd = 2,
    LineStart = 4,
    LineEnd = 8,
    WordBoundary = 16,
    NoWordBoundary = 32,
}
