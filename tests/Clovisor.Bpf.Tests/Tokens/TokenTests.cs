using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Pinning;
using Clovisor.Bpf.Tokens;
using Clovisor.Testing;

namespace Clovisor.Bpf.Tests.Tokens;

public sealed class TokenTests
{
    private const string Hash = "0x2";
    private const string AllCommands = "any";

    // The container runs the same test, which then finds itself inside.
    [KernelFact]
    public void In_a_container_a_token_creates_what_is_delegated_and_explains_the_rest()
    {
        if (Container.Path is not { } path)
        {
            RunInContainer(nameof(In_a_container_a_token_creates_what_is_delegated_and_explains_the_rest));
            return;
        }

        using BpfToken token = BpfToken.Create(path);
        BpfTokenPermissions permissions = token.ReadPermissions()!.Value;
        Assert.True(permissions.Allows(BpfCommand.MapCreate));
        Assert.True(permissions.Allows(BpfMapType.Hash));
        Assert.False(permissions.Allows(BpfMapType.LruHash));

        using BpfMap map = BpfMap.Create(new BpfMapSpec(BpfMapType.Hash, "clvt") { KeySize = 4, ValueSize = 8, MaxEntries = 4, Token = token });
        using var typed = new BpfHashMap<uint, ulong>(map);
        typed[1] = 2;
        Assert.Equal(2UL, typed[1]);

        BpfPermissionException refused = Assert.Throws<BpfPermissionException>(() => BpfMap.Create(
            new BpfMapSpec(BpfMapType.LruHash, "clvt") { KeySize = 4, ValueSize = 8, MaxEntries = 4, Token = token }));
        Assert.Contains("does not delegate maps of type LruHash", refused.Message, StringComparison.Ordinal);
    }

    [KernelFact]
    public void In_a_container_maps_take_the_token_of_the_mounted_file_system()
    {
        if (Container.Path is not { } path)
        {
            RunInContainer(nameof(In_a_container_maps_take_the_token_of_the_mounted_file_system));
            return;
        }

        using BpfHashMap<uint, ulong> map = BpfHashMap.Create<uint, ulong>("clvt", 4);
        map[1] = 2;

        // Kept for the life of the process, which ends with this test; the watch on descriptors does not know that.
        using BpfToken token = BpfToken.Default!;
        Assert.Equal(path, token.Path);
    }

    [KernelFact]
    public void Outside_of_a_container_there_is_no_token_and_the_reason_is_said()
    {
        using var pins = new PinDirectory();
        BpfNotSupportedException refused = Assert.Throws<BpfNotSupportedException>(() => BpfToken.Create(pins.Under("")));
        Assert.Contains("host's own user namespace", refused.Message, StringComparison.Ordinal);
        Assert.Contains("no mount point", Assert.Throws<BpfException>(() => BpfToken.Create("/tmp")).Message, StringComparison.Ordinal);
        Assert.Equal("ENOENT", Assert.Throws<BpfException>(() => BpfToken.Create("/nonexistent")).ErrnoName);
    }

    [KernelFact]
    public void An_object_file_with_a_token_needs_a_libbpf_that_knows_tokens()
    {
        if (Version.Parse(BpfRuntime.LibBpfVersion!) >= new Version(1, 5))
        {
            return;
        }

        BpfNotSupportedException refused = Assert.Throws<BpfNotSupportedException>(() => BpfObjectFile.Open(
            BpfCompiler.Compile(TestPrograms.Counter), "test.bpf.o", new BpfObjectOptions { TokenPath = "/sys/fs/bpf" }));
        Assert.Contains("needs libbpf 1.5", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Mounts_of_the_bpf_file_system_are_found_among_others()
    {
        Assert.Equal("/sys/fs/bpf", BpfMounts.Parse("33 24 0:29 / /sys/fs/bpf rw,nosuid shared:9 - bpf bpf rw,mode=700"));
        Assert.Equal("/run/a b", BpfMounts.Parse("33 24 0:29 / /run/a\\040b rw - bpf none rw"));
        Assert.Null(BpfMounts.Parse("24 1 0:22 / /sys rw,nosuid shared:7 - sysfs sysfs rw"));
        Assert.Null(BpfMounts.Parse("nonsense"));
    }

    private static void RunInContainer(string test)
    {
        (int exitCode, string output) = Container.Run(
            $"{typeof(TokenTests).FullName}.{test}", ("delegate_cmds", AllCommands), ("delegate_maps", Hash), ("delegate_progs", "any"), ("delegate_attachs", "any"));
        Assert.True(exitCode == 0, output);
        Assert.Contains("succeeded: 1", output, StringComparison.Ordinal);
    }
}
