using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Clovisor.Istio.Serialization;

namespace Clovisor.Istio.Sources.Kubernetes;

/// <summary>
/// A hash of what can matter to routing in an object: everything but its version, its bookkeeping, and the fields of its status that nobody
/// reads. Two objects of one hash are one object, so that the churn of a cluster makes no snapshots.
/// </summary>
internal static class Fingerprint
{
    public static UInt128 Of(YamlNode document, ImmutableArray<string> statusFields)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (YamlField field in document.Fields)
        {
            if (field.Name == "status")
            {
                Add(hash, field.Value, static (name, fields) => fields.Contains(name), statusFields);
            }
            else if (field.Name == "metadata")
            {
                Add(hash, field.Value, static (name, _) => name is not ("resourceVersion" or "generation" or "managedFields"), statusFields);
            }
            else if (field.Name is not ("apiVersion" or "kind"))
            {
                // A watch says version and kind of each object; a list says them once.
                Add(hash, field.Name);
                Add(hash, field.Value);
            }
        }

        Span<byte> bytes = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(bytes);
        return new UInt128(BitConverter.ToUInt64(bytes), BitConverter.ToUInt64(bytes[8..]));
    }

    private static void Add(IncrementalHash hash, YamlNode node, Func<string, ImmutableArray<string>, bool> counts, ImmutableArray<string> statusFields)
    {
        foreach (YamlField field in node.Fields.Where(f => counts(f.Name, statusFields)))
        {
            Add(hash, field.Name);
            Add(hash, field.Value);
        }
    }

    private static void Add(IncrementalHash hash, YamlNode node)
    {
        // Kind and number of parts go first, so that no two trees give one sequence of bytes.
        Span<byte> head = [(byte)node.Kind, node.Plain ? (byte)1 : (byte)0, 0, 0, 0, 0];
        BitConverter.TryWriteBytes(head[2..], node.Kind == YamlKind.Scalar ? node.Text.Length : node.Fields.Count + node.Items.Count);
        hash.AppendData(head);
        if (node.Kind == YamlKind.Scalar)
        {
            Add(hash, node.Text);
        }

        foreach (YamlNode item in node.Items)
        {
            Add(hash, item);
        }

        foreach (YamlField field in node.Fields)
        {
            Add(hash, field.Name);
            Add(hash, field.Value);
        }
    }

    private static void Add(IncrementalHash hash, string text)
    {
        hash.AppendData(Encoding.UTF8.GetBytes(text));
        hash.AppendData([0xFF]); // never part of UTF-8
    }
}
