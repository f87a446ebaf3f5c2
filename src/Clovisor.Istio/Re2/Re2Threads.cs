namespace Clovisor.Istio.Re2;

/// <summary>A set of instructions that can be walked while it grows. Clearing costs nothing. Two spans as long as the program are its room; what they held before is of no matter.</summary>
internal ref struct Re2Threads(Span<int> members, Span<int> places)
{
    private readonly Span<int> _members = members;
    private readonly Span<int> _places = places;

    public int Count { get; private set; }

    public readonly int this[int index] => _members[index];

    public void Add(int instruction)
    {
        int place = _places[instruction];
        if ((uint)place < (uint)Count && _members[place] == instruction)
        {
            return;
        }

        _places[instruction] = Count;
        _members[Count++] = instruction;
    }

    public void Clear() => Count = 0;
}
