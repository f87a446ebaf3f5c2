namespace Clovisor.Istio.Re2;

/// <summary>A set of instructions that can be walked while it grows. Clearing costs nothing. Two spans as long as the program are its room; what they held before is of no matter.</summary>
internal ref struct Re2Threads(Span<int> members, Span<int> places)
{
    private readonly Span<int> _members = members;
    private readonly Span<int> _places = places;

    public int Count { get; private set; }

    public readonly int this[int index] => _members[index];

    /// <summary>Adds an instruction, unless it is there.</summary>
    /// <returns>Whether it was not.</returns>
    public bool Add(int instruction)
    {
        int place = _places[instruction];
        if ((uint)place < (uint)Count && _members[place] == instruction)
        {
            return false;
        }

        _places[instruction] = Count;
        _members[Count++] = instruction;
        return true;
    }

    public void Clear() => Count = 0;
}
