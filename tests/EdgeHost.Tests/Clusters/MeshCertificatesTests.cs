using System.Security.Cryptography.X509Certificates;
using Clovisor.EdgeHost.Clusters;

namespace Clovisor.EdgeHost.Tests.Clusters;

/// <summary>Who is who in the mesh of a run.</summary>
public sealed class MeshCertificatesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("clvt-mesh-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Workloads_of_one_run_trust_each_other_and_nobody_else()
    {
        (string one, string other, string stranger) = (Path.Combine(_folder, "one"), Path.Combine(_folder, "other"), Path.Combine(_folder, "stranger"));
        MeshCertificates.Write((one, "spiffe://cluster.local/ns/app/sa/one"), (other, "spiffe://cluster.local/ns/app/sa/other"));
        MeshCertificates.Write((stranger, "spiffe://cluster.local/ns/app/sa/one"));
        using X509Certificate2 known = MeshCertificates.Load(other);
        using X509Certificate2 unknown = MeshCertificates.Load(stranger);

        Assert.True(MeshCertificates.IsTrusted(one, known));
        Assert.False(MeshCertificates.IsTrusted(one, unknown));
        Assert.False(MeshCertificates.IsTrusted(one, null));
        Assert.Equal(["spiffe://cluster.local/ns/app/sa/other"], MeshCertificates.IdentitiesOf(known));
        Assert.True(known.HasPrivateKey);
        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(one) == (UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute));
    }
}
