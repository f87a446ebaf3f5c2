using Clovisor.Istio.Re2;

namespace Clovisor.Istio.Tests.Re2;

/// <summary>What an expression means, word for word: from a set of places in a text, the places it can lead to. For texts of up to 63 bytes; a bit is a place.</summary>
internal sealed class Re2Meaning(byte[] text)
{
    public bool IsFullMatch(Re2Node node) => (Ends(node, 1) >> text.Length & 1) != 0;

    private ulong Ends(Re2Node node, ulong places) => node switch
    {
        Re2Byte one => Where(places, at => at < text.Length && one.Set.Contains(text[at])) << 1,
        Re2Assertion assertion => Where(places, at => Holds(assertion.Place, at)),
        Re2Group group => Ends(group.Item, places),
        Re2Sequence sequence => sequence.Items.Aggregate(places, (reached, item) => Ends(item, reached)),
        Re2Choice choice => choice.Items.Aggregate(0UL, (reached, item) => reached | Ends(item, places)),
        Re2Repeat repeat => Repeated(repeat, places),
        _ => throw new ArgumentException($"a {node.GetType().Name} has no meaning here", nameof(node)),
    };

    private ulong Repeated(Re2Repeat repeat, ulong places)
    {
        for (int i = 0; i < repeat.Minimum; i++)
        {
            places = Ends(repeat.Item, places);
        }

        // More rounds than there are places lead nowhere new.
        int more = repeat.Maximum < 0 ? text.Length + 1 : repeat.Maximum - repeat.Minimum;
        for (int i = 0; i < more; i++)
        {
            places |= Ends(repeat.Item, places);
        }

        return places;
    }

    private ulong Where(ulong places, Func<int, bool> holds) =>
        Enumerable.Range(0, text.Length + 1).Where(at => (places >> at & 1) != 0 && holds(at)).Aggregate(0UL, static (kept, at) => kept | (1UL << at));

    private bool Holds(Re2Place place, int at) => place switch
    {
        Re2Place.TextStart => at == 0,
        Re2Place.TextEnd => at == text.Length,
        Re2Place.LineStart => at == 0 || text[at - 1] == '\n',
        Re2Place.LineEnd => at == text.Length || text[at] == '\n',
        Re2Place.WordBoundary => IsWord(at - 1) != IsWord(at),
        _ => IsWord(at - 1) == IsWord(at),
    };

    private bool IsWord(int at) => at >= 0 && at < text.Length && (char.IsAsciiLetterOrDigit((char)text[at]) || text[at] == '_');
}
