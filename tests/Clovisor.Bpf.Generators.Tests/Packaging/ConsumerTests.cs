using Clovisor.Testing;

namespace Clovisor.Bpf.Generators.Tests.Packaging;

/// <summary>From the package alone: x.bpf.c in, typed skeleton out. One story, for each step needs what the one before left.</summary>
public sealed class ConsumerTests(ConsumerProject consumer) : IClassFixture<ConsumerProject>
{
    private const string Expected = "3 packets\n60 bytes\n90 bytes\n";
    private const string Built = "bin/Debug/net10.0/Consumer";

    [KernelFact]
    public void A_project_with_nothing_but_the_package_compiles_runs_rebuilds_and_publishes()
    {
        Assert.Null(consumer.Packed);

        // Compiles, loads, reads the ring buffer asynchronously.
        Succeeds(consumer.Build("build"));
        Assert.Equal((0, Expected), consumer.Execute(Built));

        // A second build does nothing.
        string again = Succeeds(consumer.Build("build", "--no-restore"));
        Assert.DoesNotContain("-target bpf", again, StringComparison.Ordinal);
        Assert.DoesNotContain("csc.dll", again, StringComparison.Ordinal);
        Assert.DoesNotContain("/noconfig", again, StringComparison.Ordinal);

        // A header that only the C program includes: compiled again, and the skeleton follows in the same build.
        File.WriteAllText(consumer.PathOf("packet.h"), "struct packet { __u32 mark; __u32 reserved; __u32 length; };\n");
        Assert.Contains("-target bpf", Succeeds(consumer.Build("build", "--no-restore")), StringComparison.Ordinal);
        Assert.Equal((0, Expected), consumer.Execute(Built));

        // A flag is an input too.
        Assert.Contains("-mcpu=v2", Succeeds(consumer.Build("build", "--no-restore", "-p:BpfCpu=v2")), StringComparison.Ordinal);

        // An editor asks for the compilation without compiling.
        string design = Succeeds(consumer.Build("msbuild", "-t:Compile", "-p:DesignTimeBuild=true", "-p:SkipCompilerExecution=true", "-p:ProvideCommandLineArgs=true", "-getItem:AdditionalFiles"));
        Assert.Contains("lengths.bpf.o", design, StringComparison.Ordinal);

        // Ahead of time, without a warning; for the other machine the program is compiled for that one.
        string published = Succeeds(consumer.Build("publish", "-r", Machine()));
        Assert.DoesNotContain("warning ", published.Replace("0 Warning(s)", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);
        Assert.Equal((0, Expected), consumer.Execute($"bin/Release/net10.0/{Machine()}/publish/Consumer"));
        Assert.Contains("-D__TARGET_ARCH_arm64", Succeeds(consumer.Build("build", "-r", "linux-arm64", "-p:PublishAot=false", "--self-contained", "false")), StringComparison.Ordinal);

        Mistakes();

        Succeeds(consumer.Build("clean"));
        Assert.Empty(Directory.EnumerateFiles(consumer.PathOf("obj/Debug/net10.0/bpf")));
    }

    private void Mistakes()
    {
        // A mistake in C is an error at its line; nothing else is said to be wrong.
        string source = File.ReadAllText(consumer.PathOf("lengths.bpf.c"));
        File.WriteAllText(consumer.PathOf("lengths.bpf.c"), source.Replace("seen++;", "seen+;", StringComparison.Ordinal));
        string refused = Fails(consumer.Build("build", "--no-restore"));
        Assert.Contains("lengths.bpf.c(17,7): error", refused, StringComparison.Ordinal);
        Assert.Contains("error CLV0003", refused, StringComparison.Ordinal);
        File.WriteAllText(consumer.PathOf("lengths.bpf.c"), source);

        Assert.Contains("error CLV0001", Fails(consumer.Build("build", "--no-restore", "-p:BpfClang=no-such-clang")), StringComparison.Ordinal);
        Assert.Contains("error CLV0002", Fails(consumer.Build("build", "--no-restore", "-p:BpfLibbpfIncludeDirectory=/nowhere")), StringComparison.Ordinal);
        File.Move(consumer.PathOf("lengths.bpf.c"), consumer.PathOf("away.c"));
        Assert.Contains("error CLV0005", Fails(consumer.Build("build", "--no-restore")), StringComparison.Ordinal);
        File.Move(consumer.PathOf("away.c"), consumer.PathOf("lengths.bpf.c"));
        Directory.CreateDirectory(consumer.PathOf("second"));
        File.Copy(consumer.PathOf("lengths.bpf.c"), consumer.PathOf("second/lengths.bpf.c"));
        string project = File.ReadAllText(consumer.PathOf("Consumer.csproj"));
        File.WriteAllText(consumer.PathOf("Consumer.csproj"), project.Replace("<BpfProgram Include=\"lengths.bpf.c\" />", "<BpfProgram Include=\"lengths.bpf.c;second/lengths.bpf.c\" />", StringComparison.Ordinal));
        Assert.Contains("error CLV0004", Fails(consumer.Build("build", "--no-restore")), StringComparison.Ordinal);
        File.WriteAllText(consumer.PathOf("Consumer.csproj"), project);

        // An editor without clang goes on.
        Succeeds(consumer.Build("msbuild", "-t:Compile", "-p:DesignTimeBuild=true", "-p:SkipCompilerExecution=true", "-p:BpfClang=no-such-clang"));
    }

    private static string Machine() =>
        System.Runtime.InteropServices.RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "linux-arm64" : "linux-x64";

    private static string Succeeds((int Code, string Output) result)
    {
        Assert.True(result.Code == 0, result.Output);
        return result.Output;
    }

    private static string Fails((int Code, string Output) result)
    {
        Assert.True(result.Code != 0, result.Output);
        return result.Output;
    }
}
