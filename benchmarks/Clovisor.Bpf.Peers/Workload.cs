namespace Clovisor.Bpf.Peers;

/// <summary>One thing that is measured, in chunks over positions 0 to <see cref="Length"/>.</summary>
internal abstract class Workload : IDisposable
{
    /// <summary>The positions of one round.</summary>
    internal abstract int Length { get; }

    /// <summary>The positions of one chunk, which is one sample.</summary>
    internal virtual int Chunk => 200;

    /// <summary>What is done before a chunk, outside the time.</summary>
    internal virtual void Prepare()
    {
    }

    /// <summary>One chunk.</summary>
    /// <returns>The operations done.</returns>
    internal abstract int Run(int position);

    /// <summary>What is done after a chunk, outside the time.</summary>
    internal virtual void Finish()
    {
    }

    /// <summary>Checks the outcome after all; throws when it is wrong.</summary>
    internal virtual void Verify()
    {
    }

    /// <summary>Lets go of everything.</summary>
    internal virtual void Close()
    {
    }

    public void Dispose() => Close();

    /// <summary>Fails the benchmark: a wrong answer makes its time worthless.</summary>
    internal static void Require(bool condition, string what)
    {
        if (!condition)
        {
            throw new InvalidOperationException($"check failed: {what}");
        }
    }
}
