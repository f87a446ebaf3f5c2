using System.Collections.Frozen;

namespace Clovisor.Istio.Re2;

/// <summary>
/// The named classes of RE2: Perl's, POSIX's, and Unicode's categories and scripts. Of Unicode's only the part in Latin-1 counts,
/// since expressions see bytes; a script that has no part there matches nothing, but its name is valid.
/// </summary>
internal static class NamedClasses
{
    private static readonly FrozenDictionary<string, int[]> Categories = new Dictionary<string, int[]>(StringComparer.Ordinal)
    {
        ["Lu"] = ['A', 'Z', 0xC0, 0xD6, 0xD8, 0xDE],
        ["Ll"] = ['a', 'z', 0xB5, 0xB5, 0xDF, 0xF6, 0xF8, 0xFF],
        ["Lt"] = [],
        ["Lm"] = [],
        ["Lo"] = [0xAA, 0xAA, 0xBA, 0xBA],
        ["Mn"] = [],
        ["Mc"] = [],
        ["Me"] = [],
        ["Nd"] = ['0', '9'],
        ["Nl"] = [],
        ["No"] = [0xB2, 0xB3, 0xB9, 0xB9, 0xBC, 0xBE],
        ["Zs"] = [' ', ' ', 0xA0, 0xA0],
        ["Zl"] = [],
        ["Zp"] = [],
        ["Cc"] = [0, 0x1F, 0x7F, 0x9F],
        ["Cf"] = [0xAD, 0xAD],
        ["Cs"] = [],
        ["Co"] = [],
        ["Pc"] = ['_', '_'],
        ["Pd"] = ['-', '-'],
        ["Ps"] = ['(', '(', '[', '[', '{', '{'],
        ["Pe"] = [')', ')', ']', ']', '}', '}'],
        ["Pi"] = [0xAB, 0xAB],
        ["Pf"] = [0xBB, 0xBB],
        ["Po"] = ['!', '#', '%', '\'', '*', '*', ',', ',', '.', '/', ':', ';', '?', '@', '\\', '\\', 0xA1, 0xA1, 0xA7, 0xA7, 0xB6, 0xB7, 0xBF, 0xBF],
        ["Sm"] = ['+', '+', '<', '>', '|', '|', '~', '~', 0xAC, 0xAC, 0xB1, 0xB1, 0xD7, 0xD7, 0xF7, 0xF7],
        ["Sc"] = ['$', '$', 0xA2, 0xA5],
        ["Sk"] = ['^', '^', '`', '`', 0xA8, 0xA8, 0xAF, 0xAF, 0xB4, 0xB4, 0xB8, 0xB8],
        ["So"] = [0xA6, 0xA6, 0xA9, 0xA9, 0xAE, 0xAE, 0xB0, 0xB0],
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly int[] Latin = ['A', 'Z', 'a', 'z', 0xAA, 0xAA, 0xBA, 0xBA, 0xC0, 0xD6, 0xD8, 0xF6, 0xF8, 0xFF];

    private static readonly FrozenSet<string> OtherScripts = (
        "Adlam Ahom Anatolian_Hieroglyphs Arabic Armenian Avestan Balinese Bamum Bassa_Vah Batak Bengali Bhaiksuki Bopomofo Brahmi Braille Buginese Buhid " +
        "Canadian_Aboriginal Carian Caucasian_Albanian Chakma Cham Cherokee Chorasmian Coptic Cuneiform Cypriot Cypro_Minoan Cyrillic Deseret Devanagari " +
        "Dives_Akuru Dogra Duployan Egyptian_Hieroglyphs Elbasan Elymaic Ethiopic Georgian Glagolitic Gothic Grantha Greek Gujarati Gunjala_Gondi Gurmukhi Han " +
        "Hangul Hanifi_Rohingya Hanunoo Hatran Hebrew Hiragana Imperial_Aramaic Inherited Inscriptional_Pahlavi Inscriptional_Parthian Javanese Kaithi Kannada " +
        "Katakana Kayah_Li Kharoshthi Khitan_Small_Script Khmer Khojki Khudawadi Lao Lepcha Limbu Linear_A Linear_B Lisu Lycian Lydian Mahajani Makasar " +
        "Malayalam Mandaic Manichaean Marchen Masaram_Gondi Medefaidrin Meetei_Mayek Mende_Kikakui Meroitic_Cursive Meroitic_Hieroglyphs Miao Modi Mongolian " +
        "Mro Multani Myanmar Nabataean Nandinagari New_Tai_Lue Newa Nko Nushu Nyiakeng_Puachue_Hmong Ogham Ol_Chiki Old_Hungarian Old_Italic Old_North_Arabian " +
        "Old_Permic Old_Persian Old_Sogdian Old_South_Arabian Old_Turkic Old_Uyghur Oriya Osage Osmanya Pahawh_Hmong Palmyrene Pau_Cin_Hau Phags_Pa Phoenician " +
        "Psalter_Pahlavi Rejang Runic Samaritan Saurashtra Sharada Shavian Siddham SignWriting Sinhala Sogdian Sora_Sompeng Soyombo Sundanese Syloti_Nagri " +
        "Syriac Tagalog Tagbanwa Tai_Le Tai_Tham Tai_Viet Takri Tamil Tangsa Tangut Telugu Thaana Thai Tibetan Tifinagh Tirhuta Toto Ugaritic Vai Vithkuqi " +
        "Wancho Warang_Citi Yezidi Yi Zanabazar_Square").Split(' ').ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Gets one of <c>\d \s \w</c> and their negations, which are ASCII in RE2.</summary>
    public static ByteSet? Perl(char letter) => letter switch
    {
        'd' => Of('0', '9'),
        'D' => Of('0', '9').Negate(),
        's' => Space(),
        'S' => Space().Negate(),
        'w' => Word(),
        'W' => Word().Negate(),
        _ => null,
    };

    public static ByteSet? Posix(ReadOnlySpan<char> name) => name switch
    {
        "alnum" => Of('0', '9', 'A', 'Z', 'a', 'z'),
        "alpha" => Of('A', 'Z', 'a', 'z'),
        "ascii" => Of(0, 0x7F),
        "blank" => Of('\t', '\t', ' ', ' '),
        "cntrl" => Of(0, 0x1F, 0x7F, 0x7F),
        "digit" => Of('0', '9'),
        "graph" => Of('!', '~'),
        "lower" => Of('a', 'z'),
        "print" => Of(' ', '~'),
        "punct" => Of('!', '/', ':', '@', '[', '`', '{', '~'),
        "space" => Of('\t', '\r', ' ', ' '),
        "upper" => Of('A', 'Z'),
        "word" => Word(),
        "xdigit" => Of('0', '9', 'A', 'F', 'a', 'f'),
        _ => null,
    };

    public static ByteSet? Unicode(string name)
    {
        if (name is "Any" or "Latin")
        {
            return name == "Any" ? ByteSet.All : Of(Latin);
        }

        if (name is "Common")
        {
            return Of(Latin).Negate();
        }

        var set = new ByteSet();
        bool known = OtherScripts.Contains(name);
        foreach ((string category, int[] ranges) in Categories)
        {
            if (name.Length is 1 or 2 && category.StartsWith(name, StringComparison.Ordinal))
            {
                set.Add(Of(ranges));
                known = true;
            }
        }

        return known ? set : null;
    }

    private static ByteSet Space() => Of('\t', '\n', '\f', '\r', ' ', ' ');

    private static ByteSet Word() => Of('0', '9', 'A', 'Z', '_', '_', 'a', 'z');

    private static ByteSet Of(params ReadOnlySpan<int> ranges)
    {
        var set = new ByteSet();
        for (int i = 0; i < ranges.Length; i += 2)
        {
            set.Add(ranges[i], ranges[i + 1]);
        }

        return set;
    }
}
