namespace Clovisor.Wan.Configuration.Yaml;

/// <summary>Collects what is wrong with one document.</summary>
internal sealed class ErrorSink(List<ConfigurationError> errors, string file)
{
    /// <summary>The object that is being read, such as <c>WanLink/fibre</c>.</summary>
    public string Subject { get; set; } = "";

    public void Add(string code, int line, string path, string message) => errors.Add(new ConfigurationError
    {
        Code = code,
        Subject = Subject,
        Path = path,
        Message = message,
        File = file,
        Line = line,
    });
}
