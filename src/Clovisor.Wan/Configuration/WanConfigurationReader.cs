using System.Collections.Frozen;
using Clovisor.Wan.Associations;
using Clovisor.Wan.Configuration.Yaml;
using Clovisor.Wan.Links;
using Clovisor.Wan.Sla;

namespace Clovisor.Wan.Configuration;

/// <summary>Reads configurations from YAML texts of the API group <c>wan.clovisor.io</c>.</summary>
public static class WanConfigurationReader
{
    /// <summary>The API group and version of the documents.</summary>
    public const string ApiVersion = "wan.clovisor.io/v1alpha1";

    private const string Group = "wan.clovisor.io/";
    private static readonly string[] Kinds = ["WanLink", "SlaClass", "WanAssociation"];

    /// <summary>Reads texts as one configuration. Documents of other API groups are skipped without a word.</summary>
    /// <param name="texts">The texts, each of any number of documents; objects may refer to others of any text.</param>
    /// <returns>The configuration, or everything that is wrong with all of the texts.</returns>
    /// <remarks>A link with a <c>nodeSelector</c> is taken for another node's: this form knows no labels of the node.</remarks>
    public static ConfigurationResult Read(IEnumerable<ConfigurationText> texts) => Read(texts, FrozenDictionary<string, string>.Empty);

    /// <summary>Reads texts as the configuration of one node of several that share them. Documents of other API groups are skipped without a word.</summary>
    /// <remarks>
    /// A WanLink belongs to the node when the node has every label of its <c>nodeSelector</c>, and to every node when it has none. Links of other
    /// nodes are left out of the configuration and of the tiers of associations; two links of one name or device are no contradiction when at
    /// most one of them is this node's. An association none of whose links is here has no tier, and its action for "no link" applies.
    /// </remarks>
    /// <param name="texts">The texts, each of any number of documents; objects may refer to others of any text.</param>
    /// <param name="nodeLabels">The labels of this node, as Kubernetes has them.</param>
    /// <returns>The configuration, or everything that is wrong with all of the texts.</returns>
    public static ConfigurationResult Read(IEnumerable<ConfigurationText> texts, IReadOnlyDictionary<string, string> nodeLabels)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(nodeLabels);
        var reading = new Reading(nodeLabels);
        foreach (ConfigurationText text in texts)
        {
            reading.Read(text);
        }

        return reading.Finish();
    }

    /// <summary>Reads texts as one configuration, as <see cref="Read(IEnumerable{ConfigurationText})"/> does.</summary>
    public static ConfigurationResult Read(params ReadOnlySpan<ConfigurationText> texts) => Read(texts.ToArray().AsEnumerable());

    private sealed record Origin(string File, YamlMapping Document);

    private sealed class Reading(IReadOnlyDictionary<string, string> nodeLabels)
    {
        private readonly HashSet<string> _elsewhere = new(StringComparer.Ordinal);
        private readonly List<ConfigurationError> _errors = [];
        private readonly Dictionary<string, int> _files = new(StringComparer.Ordinal);
        private readonly HashSet<(SubjectKind, string)> _broken = [];
        private readonly List<(WanLink Record, Origin Origin)> _links = [];
        private readonly List<(SlaClass Record, Origin Origin)> _classes = [];
        private readonly List<(WanAssociation Record, Origin Origin)> _associations = [];

        public void Read(ConfigurationText text)
        {
            _files.TryAdd(text.Name, _files.Count);
            var errors = new ErrorSink(_errors, text.Name);
            IReadOnlyList<YamlValue> documents = YamlDocuments.Read(text.Content, out (int Line, string Message)? failure);
            if (failure is { } syntax)
            {
                errors.Add(
                    ConfigurationErrorCodes.Syntax,
                    syntax.Line,
                    "",
                    $"not YAML: {syntax.Message.TrimEnd('.')}. Mend it; the rest of this text was not read.");
            }

            foreach (YamlMapping document in documents.OfType<YamlMapping>())
            {
                ReadDocument(document, text.Name, errors);
            }
        }

        public ConfigurationResult Finish()
        {
            var draft = new ConfigurationDraft(
                [.. _links.Select(static link => link.Record)],
                [.. _classes.Select(static sla => sla.Record)],
                [.. _associations.Select(static association => association.Record)])
            {
                Broken = _broken.ToFrozenSet(),
                Elsewhere = _elsewhere.ToFrozenSet(StringComparer.Ordinal),
            };
            foreach (Finding finding in ConfigurationValidator.Validate(draft))
            {
                Origin origin = finding.Kind switch
                {
                    SubjectKind.WanLink => _links[finding.Position].Origin,
                    SubjectKind.SlaClass => _classes[finding.Position].Origin,
                    _ => _associations[finding.Position].Origin,
                };
                string subject = draft.SubjectOf(finding);
                if (IsConsequence(subject, finding.Path, origin.File))
                {
                    continue;
                }

                _errors.Add(new ConfigurationError
                {
                    Code = finding.Code,
                    Severity = finding.Severity,
                    Subject = subject,
                    Path = finding.Path,
                    Message = finding.Message,
                    File = origin.File,
                    Line = origin.Document.LineOf(finding.Path),
                });
            }

            return ConfigurationResult.Of(draft.OnThisNode(), _errors.OrderBy(error => _files[error.File!]).ThenBy(static error => error.Line));
        }

        /// <summary>Says whether something about the same place was reported before: "no tier" is no news where the tiers could not be read.</summary>
        private bool IsConsequence(string subject, string path, string file) => path.Length > 0 && _errors.Exists(error =>
            error.Subject == subject && error.File == file && error.Path.StartsWith(path, StringComparison.Ordinal));

        private void ReadDocument(YamlMapping document, string file, ErrorSink errors)
        {
            string version = (document["apiVersion"] as YamlScalar)?.Text ?? "";
            bool ours = version.StartsWith(Group, StringComparison.Ordinal)
                || (document["kind"] is YamlScalar { Text: var claimed } && Kinds.Contains(claimed));
            if (!ours)
            {
                return;
            }

            errors.Subject = "";
            var fields = new FieldReader(document, "", errors);
            fields.Value("apiVersion");
            if (version != ApiVersion)
            {
                errors.Add(
                    ConfigurationErrorCodes.UnknownKind,
                    document.LineOf("apiVersion"),
                    "apiVersion",
                    $"'{version}' is not known; write {ApiVersion}.");
                return;
            }

            if (!fields.TryText("kind", $"write one of {string.Join(", ", Kinds)}", out string? kind))
            {
                return;
            }

            if (!Kinds.Contains(kind))
            {
                errors.Add(
                    ConfigurationErrorCodes.UnknownKind,
                    document.LineOf("kind"),
                    "kind",
                    $"there is no kind '{kind}' in {ApiVersion}{Suggestion.For(kind, Kinds)}");
                return;
            }

            string? name = ReadName(fields, kind, errors);
            FieldReader? spec = fields.Nested("spec", "it holds the fields of the object");
            if (!fields.Has("spec"))
            {
                fields.Missing("spec", "it holds the fields of the object");
            }

            // What Kubernetes writes back is accepted, so that an object can be copied from a cluster.
            fields.Value("status");
            fields.Finish();
            if (name is null || spec is null)
            {
                _broken.Add((Enum.Parse<SubjectKind>(kind), name ?? ""));
            }

            // A spec without a name is read all the same: its mistakes are mistakes.
            if (spec is not null)
            {
                ReadSpec(kind, name, spec, new Origin(file, document), errors);
            }
        }

        private void ReadSpec(string kind, string? name, FieldReader spec, Origin origin, ErrorSink errors)
        {
            switch (kind)
            {
                case "WanLink":
                    bool here = NodeSelectorReader.Selects(spec, nodeLabels);
                    WanLink link = LinkReader.Read(name ?? "", spec);
                    if (here)
                    {
                        Keep(_links, name, link, origin);
                    }
                    else
                    {
                        _elsewhere.Add(link.Name);
                    }

                    break;
                case "SlaClass":
                    Keep(_classes, name, SlaReader.Read(name ?? "", spec), origin);
                    break;
                default:
                    Keep(_associations, name, AssociationReader.Read(name ?? "", spec, errors), origin);
                    break;
            }
        }

        private static void Keep<T>(List<(T Record, Origin Origin)> records, string? name, T record, Origin origin)
        {
            if (name is not null)
            {
                records.Add((record, origin));
            }
        }

        private static string? ReadName(FieldReader fields, string kind, ErrorSink errors)
        {
            errors.Subject = kind;
            if (fields.Nested("metadata", "write metadata: { name: NAME }") is not { } metadata)
            {
                if (!fields.Has("metadata"))
                {
                    fields.Missing("metadata", "write metadata: { name: NAME }");
                }

                return null;
            }

            // Other metadata is Kubernetes' own and says nothing to us.
            metadata.AllFields();
            if (!metadata.TryText("name", "give the object a name", out string? name))
            {
                return null;
            }

            errors.Subject = $"{kind}/{name}";
            return name;
        }
    }
}
