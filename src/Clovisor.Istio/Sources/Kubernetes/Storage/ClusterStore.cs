namespace Clovisor.Istio.Sources.Kubernetes.Storage;

/// <summary>
/// Keeps what is known of one cluster in a folder, a file for each kind, so that a process that starts while the cluster is away works on with it. Only what was
/// followed whole once counts: half of a configuration is one that nobody wrote.
/// </summary>
internal sealed class ClusterStore : IDisposable
{
    private readonly string _folder;
    private readonly string _name;
    private readonly long _limit;
    private readonly List<KindStore> _kinds = [];
    private string _error = "";
    private bool _marked;

    /// <param name="folder">The folder; it is made, closed to others, if it is not there.</param>
    /// <param name="name">Tells the files of one cluster from those of others.</param>
    /// <param name="limit">How many bytes one kind may take.</param>
    public ClusterStore(string folder, string name, long limit)
    {
        _folder = folder;
        _name = Uri.EscapeDataString(name);
        _limit = limit;
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(folder);
            }
            else
            {
                Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }

            IsComplete = File.Exists(Marker);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _error = $"make {folder}: {e.Message}";
        }

        _marked = IsComplete;
    }

    /// <summary>Gets a value indicating whether an earlier process followed the cluster whole, so that a kind without a file had no objects.</summary>
    public bool IsComplete { get; }

    /// <summary>Gets what went wrong last, or an empty string.</summary>
    public string Error => _error.Length > 0 ? _error : _kinds.Select(static kind => kind.Error).FirstOrDefault(static error => error.Length > 0) ?? "";

    private string Marker => Path.Combine(_folder, $"{_name}.complete");

    public KindStore For(WatchedKind kind)
    {
        var store = new KindStore(Path.Combine(_folder, $"{_name}.{kind.Plural}.{(kind.Group.Length == 0 ? "core" : kind.Group)}.objects"), kind.StatusFields, _limit);
        _kinds.Add(store);
        return store;
    }

    /// <summary>Says that every kind has been read whole, or cannot be.</summary>
    public void Complete()
    {
        if (_marked)
        {
            return;
        }

        try
        {
            File.WriteAllText(Marker, "");
            _marked = true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _error = $"write {Marker}: {e.Message}";
        }
    }

    public void Dispose() => _kinds.ForEach(static kind => kind.Dispose());
}
