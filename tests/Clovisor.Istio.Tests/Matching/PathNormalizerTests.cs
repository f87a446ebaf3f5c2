using Clovisor.Istio.Matching;
using Clovisor.Istio.Resources;
using CsCheck;

namespace Clovisor.Istio.Tests.Matching;

public sealed class PathNormalizerTests
{
    [Theory]
    [InlineData("/a/../b", "/b")]
    [InlineData("/a/./b", "/a/b")]
    [InlineData("/a/b/..", "/a/")]
    [InlineData("/a/b/.", "/a/b/")]
    [InlineData("/..", "/")]
    [InlineData("/../../a", "/a")]
    [InlineData("/a//../b", "/a/b")]
    [InlineData("//../a", "/a")]
    [InlineData("/a/...", "/a/...")]
    [InlineData("/a/.b", "/a/.b")]
    [InlineData("/a/..b", "/a/..b")]
    [InlineData("/x/%2e%2E/a", "/a")]
    [InlineData("/%61%2Db", "/a-b")]
    [InlineData("/%2F%20", "/%2F%20")]
    [InlineData("/a%2", "/a%2")]
    [InlineData("/a%zz", "/a%zz")]
    [InlineData("/a\\b", "/a/b")]
    [InlineData("//adm", "//adm")]
    [InlineData("/é", "/%C3%A9")]
    [InlineData("/%c3%a9", "/%c3%a9")]
    public void Base_resolves_dots_and_decodes_what_needs_no_escape(string path, string expected) =>
        Assert.Equal(expected, Normalize(path, PathNormalization.Base));

    [Theory]
    [InlineData("//adm", "/adm")]
    [InlineData("/a///b//", "/a/b/")]
    [InlineData("//", "//")]
    [InlineData("///", "//")]
    [InlineData("/a%2F%2Fb", "/a%2F%2Fb")]
    public void Merging_makes_one_slash_of_several(string path, string expected) =>
        Assert.Equal(expected, Normalize(path, PathNormalization.MergeSlashes));

    [Theory]
    [InlineData("/a%2Fb", "/a/b")]
    [InlineData("/a%5cb", "/a/b")]
    [InlineData("/x%2F..%2Fadm", "/adm")]
    [InlineData("/a%2f%2fb", "/a/b")]
    public void Decoding_comes_before_dots_and_merging(string path, string expected) =>
        Assert.Equal(expected, Normalize(path, PathNormalization.DecodeAndMergeSlashes));

    [Theory]
    [InlineData("/a/../b//%2F\\")]
    public void None_changes_nothing(string path) => Assert.False(PathNormalizer.MayChange(path, PathNormalization.None));

    /// <summary>For every path: what is normalised stays as it is when it is normalised again, and where no change is foreseen, there is none.</summary>
    [Fact]
    public void Normalising_is_idempotent_and_its_forecast_is_right() =>
        Gen.Select(Choice.Of("/", "a", ".", "..", "%2F", "%2e", "%41", "\\", "é", "x", "%", "//", " ").List[0, 12], Gen.Enum<PathNormalization>()).Sample((parts, mode) =>
        {
            string path = "/" + string.Concat(parts);
            string once = mode == PathNormalization.None ? path : Normalize(path, mode);
            bool twice = mode == PathNormalization.None || mode == PathNormalization.DecodeAndMergeSlashes || Normalize(once, mode) == once;
            return twice && (PathNormalizer.MayChange(path, mode) || once == path);
        });

    private static string Normalize(string path, PathNormalization mode)
    {
        char[] result = new char[PathNormalizer.RoomFor(path)];
        return new string(result, 0, PathNormalizer.Normalize(path, result, mode));
    }
}
