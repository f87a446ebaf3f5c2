using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Clovisor.Bpf;
using Clovisor.Bpf.Btf;
using Clovisor.Wan.Datapath;
using Clovisor.Wan.Datapath.Layout;

namespace Clovisor.Wan.Tests.Datapath;

/// <summary>Holds the C structs and enums of the object, and their C# mirrors, together. A mirror has the C name in C# case.</summary>
public sealed partial class LayoutTests
{
    private const string Prefix = "clv_";

    // Seen by the programs alone: nothing of them is in a map.
    private static readonly string[] OnlyInPrograms =
    [
        "clv_packet", "clv_choice", "clv_quote", "clv_icmp", "clv_wire", "clv_walk",
    ];

    private static readonly Type[] Mirrors =
    [
        typeof(ClvTuple), typeof(ClvBinding), typeof(ClvSession), typeof(ClvOrigin), typeof(ClvLink), typeof(ClvAssociation),
        typeof(ClvSlotTable), typeof(ClvLayout), typeof(ClvPortBlock), typeof(ClvSettings), typeof(ClvFragment), typeof(ClvFragmentPorts),
        typeof(ClvTupleV4), typeof(ClvOriginV4), typeof(ClvHome), typeof(ClvSource), typeof(ClvQuality), typeof(ClvAnswer),
        typeof(ClvEvent), typeof(ClvEventState), typeof(ClvToldDrops),
    ];

    private static readonly Dictionary<string, Type> EnumMirrors = new()
    {
        ["clv_binding_flag"] = typeof(ClvBindingFlag),
        ["clv_session_state"] = typeof(ClvSessionState),
        ["clv_home_flag"] = typeof(ClvHomeFlag),
        ["clv_link_flag"] = typeof(ClvLinkFlag),
        ["clv_down_action"] = typeof(ClvDownAction),
        ["clv_no_link_action"] = typeof(ClvNoLinkAction),
        ["clv_answer_flag"] = typeof(ClvAnswerFlag),
        ["clv_sticky_kind"] = typeof(ClvStickyKind),
        ["clv_setting_flag"] = typeof(ClvSettingFlag),
        ["clv_event_kind"] = typeof(DatapathEventKind),
        ["clv_reason"] = typeof(DatapathReason),
    };

    public static TheoryData<string> MirrorNames() => [.. Mirrors.Select(mirror => mirror.Name)];

    [Theory]
    [MemberData(nameof(MirrorNames))]
    public void Mirror_has_the_size_and_every_offset_of_its_struct(string mirrorName)
    {
        Type mirror = Mirrors.Single(type => type.Name == mirrorName);
        using BpfObjectFile file = mirror == typeof(ClvQuality) ? DatapathSockets.OpenObject() : DatapathObject.Open();
        BtfStruct layout = file.Btf.Structs.Single(candidate => Pascal(candidate.Name) == mirrorName);

        Assert.Equal(layout.Size, SizeOf(mirror));
        FieldInfo[] fields = mirror.GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public);
        Assert.Equal(
            layout.Members.Select(member => (Pascal(member.Name), member.Offset, member.Size)),
            fields.Select(field => (field.Name, OffsetOf(mirror, field), SizeOf(field.FieldType))));
    }

    [Fact]
    public void Every_struct_that_is_in_a_map_has_a_mirror()
    {
        using BpfObjectFile file = DatapathObject.Open();
        string[] maps = [.. file.Maps.Select(map => map.Name)];

        IEnumerable<string> unmirrored = file.Btf.Structs
            .Where(layout => layout.Name.StartsWith(Prefix, StringComparison.Ordinal) && !OnlyInPrograms.Contains(layout.Name))
            .Select(layout => Pascal(layout.Name))
            .Except(Mirrors.Select(mirror => mirror.Name));

        Assert.NotEmpty(maps);
        Assert.Empty(unmirrored);
    }

    [Fact]
    public void Every_mirror_has_its_struct()
    {
        using BpfObjectFile packets = DatapathObject.Open();
        using BpfObjectFile sockets = DatapathSockets.OpenObject();
        BtfStruct[] structs = [.. packets.Btf.Structs, .. sockets.Btf.Structs];
        IEnumerable<Type> mirrors = typeof(ClvTuple).Assembly.GetTypes().Where(type =>
            type.Namespace == typeof(ClvTuple).Namespace && type.IsValueType && !type.IsEnum && !type.IsNested
            && type.GetCustomAttribute<InlineArrayAttribute>() is null);

        Assert.Equal(Mirrors.OrderBy(type => type.Name), mirrors.OrderBy(type => type.Name));
        Assert.All(Mirrors, mirror => Assert.Contains(structs, layout => Pascal(layout.Name) == mirror.Name));
    }

    [Theory]
    [InlineData("clv_binding_flag", "CLV_")]
    [InlineData("clv_session_state", "CLV_STATE_")]
    [InlineData("clv_home_flag", "CLV_HOME_")]
    [InlineData("clv_link_flag", "CLV_LINK_")]
    [InlineData("clv_down_action", "CLV_DOWN_")]
    [InlineData("clv_no_link_action", "CLV_NO_LINK_")]
    [InlineData("clv_answer_flag", "CLV_ANSWER_")]
    [InlineData("clv_sticky_kind", "CLV_STICKY_")]
    [InlineData("clv_setting_flag", "CLV_SETTING_")]
    [InlineData("clv_event_kind", "CLV_EVENT_")]
    [InlineData("clv_reason", "CLV_")]
    public void Enum_mirror_has_the_names_and_numbers_of_its_enum(string name, string prefix)
    {
        Type mirror = EnumMirrors[name];

        IEnumerable<(string Name, long Value)> expected = HeaderEnums()[name]
            .Where(value => value.Name != "CLV_REASONS")
            .Select(value => (Pascal(value.Name[prefix.Length..]), value.Value))
            .OrderBy(value => value.Value);
        IEnumerable<(string Name, long Value)> actual = Enum.GetNames(mirror)
            .Select(member => (member, Convert.ToInt64(Enum.Parse(mirror, member))))
            .Where(member => member.member != "None")
            .OrderBy(member => member.Item2);

        Assert.Equal(expected, actual);
    }

    [Fact]
    public void Every_enum_of_a_map_has_a_mirror() => Assert.Equal(EnumMirrors.Keys.Order(), HeaderEnums().Keys.Order());

    [Fact]
    public void There_are_as_many_counters_as_reasons()
    {
        using BpfObjectFile file = DatapathObject.Open();

        Assert.Equal((uint)Enum.GetValues<DatapathReason>().Length, file.Map("clv_counters").MaxEntries);
        Assert.Equal(DatapathPlan.MaxLinks, (int)file.Map("clv_links").MaxEntries);
        // The last place is of no plan: sessions that the far end of a pair opened.
        Assert.Equal(DatapathPlan.MaxAssociations + 1, (int)file.Map("clv_slots").MaxEntries);
        Assert.Equal(DatapathPlan.MaxAssociations + 1, (int)file.Map("clv_assocs").MaxEntries);
        Assert.Equal(ClvHome.Most, (int)file.Map("clv_homes").MaxEntries);
        Assert.Equal(DatapathPlan.MaxLinks * ClvSource.Kept, (int)file.Map("clv_sources").MaxEntries);
        Assert.InRange(Enum.GetValues<DatapathReason>().Length, 1, ClvToldDrops.Reasons);
        Assert.Equal(65536, (int)file.Map("clv_ports").MaxEntries * ClvPortBlock.Ports);
    }

    [Fact]
    public void Both_objects_have_the_same_maps_but_for_what_only_sockets_tell()
    {
        using BpfObjectFile packets = DatapathObject.Open();
        using BpfObjectFile sockets = DatapathSockets.OpenObject();

        Assert.Equal(
            packets.Maps.OrderBy(map => map.Name).Select(map => (map.Name, map.Type, map.KeySize, map.ValueSize)),
            sockets.Maps.Where(map => map.Name is not ("clv_quality" or "clv_sockets")).OrderBy(map => map.Name).Select(map => (map.Name, map.Type, map.KeySize, map.ValueSize)));
    }

    [Fact]
    public void Kernel_keeps_every_name_whole()
    {
        using BpfObjectFile file = DatapathObject.Open();

        Assert.All(file.Maps.Select(map => map.Name).Concat(file.Programs.Select(program => program.Name)), name => Assert.InRange(name.Length, 1, 15));
    }

    /// <summary>The enums of the headers that the object is compiled from: clang leaves those out of BTF that no variable has as its type.</summary>
    private static Dictionary<string, (string Name, long Value)[]> HeaderEnums([CallerFilePath] string path = "")
    {
        string headers = Path.Combine(Path.GetDirectoryName(path)!, "../../../bpf/include/clovisor");
        return new[] { "session_types.h", "plan_types.h", "reason.h", "event_types.h" }
            .SelectMany(header => EnumPattern().Matches(File.ReadAllText(Path.Combine(headers, header)))).ToDictionary(
            match => match.Groups[1].Value,
            match => EnumeratorPattern().Matches(match.Groups[2].Value)
                .Select(value => (value.Groups[1].Value, long.Parse(value.Groups[2].Value, CultureInfo.InvariantCulture)))
                .ToArray());
    }

    [GeneratedRegex(@"enum (clv_\w+) \{(.*?)\};", RegexOptions.Singleline)]
    private static partial Regex EnumPattern();

    [GeneratedRegex(@"(CLV_\w+) = (\d+),")]
    private static partial Regex EnumeratorPattern();

    private static string Pascal(string name) =>
        string.Concat(name.Split('_', StringSplitOptions.RemoveEmptyEntries).Select(word => char.ToUpperInvariant(word[0]) + word[1..].ToLowerInvariant()));

    private static int SizeOf(Type type) => (int)Generic(nameof(SizeOfGeneric), type).Invoke(null, null)!;

    private static int SizeOfGeneric<T>() => Unsafe.SizeOf<T>();

    /// <summary>Where a field lies in memory, which is not what a marshaller would say: the first byte that changes it.</summary>
    private static int OffsetOf(Type type, FieldInfo field)
    {
        byte[] bytes = new byte[SizeOf(type)];
        for (int i = 0; i < bytes.Length; i++)
        {
            Array.Clear(bytes);
            bytes[i] = 1;
            object value = Generic(nameof(FromBytes), type).Invoke(null, [bytes])!;
            object part = field.GetValue(value)!;
            if (((byte[])Generic(nameof(ToBytes), field.FieldType).Invoke(null, [part])!).Any(part => part != 0))
            {
                return i;
            }
        }

        throw new InvalidOperationException($"{type.Name}.{field.Name} is nowhere.");
    }

    private static T FromBytes<T>(byte[] bytes)
        where T : unmanaged => MemoryMarshal.Read<T>(bytes);

    private static byte[] ToBytes<T>(T value)
        where T : unmanaged => MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)).ToArray();

    private static MethodInfo Generic(string name, Type type) =>
        typeof(LayoutTests).GetMethod(name, BindingFlags.Static | BindingFlags.NonPublic)!.MakeGenericMethod(type);
}
