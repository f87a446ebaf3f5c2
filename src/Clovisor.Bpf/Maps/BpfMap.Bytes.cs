using Clovisor.Bpf.Interop;

namespace Clovisor.Bpf.Maps;

public sealed unsafe partial class BpfMap
{
    /// <summary>Reads the value of a key.</summary>
    /// <param name="key">Exactly <see cref="KeySize"/> bytes.</param>
    /// <param name="value">At least <see cref="ValueBufferSize"/> bytes; written only when the answer is true.</param>
    /// <returns>False when the key is not there.</returns>
    /// <exception cref="BpfException">The kernel refused for any other reason.</exception>
    public bool TryLookup(ReadOnlySpan<byte> key, Span<byte> value)
    {
        RequireKey(key);
        RequireValue(value);
        fixed (byte* k = key, v = value)
        {
            return Lookup(k, v);
        }
    }

    /// <summary>Writes the value of a key.</summary>
    /// <param name="key">Exactly <see cref="KeySize"/> bytes.</param>
    /// <param name="value">At least <see cref="ValueBufferSize"/> bytes.</param>
    /// <param name="mode">What is demanded of the key.</param>
    /// <returns>False when <paramref name="mode"/> was not met: the key exists, or does not.</returns>
    /// <exception cref="BpfException">The map is full, frozen or too small for the index, or the kernel refused otherwise.</exception>
    public bool TryUpdate(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, BpfUpdateMode mode = BpfUpdateMode.Any)
    {
        RequireKey(key);
        RequireValue(value);
        fixed (byte* k = key, v = value)
        {
            return Update(k, v, mode);
        }
    }

    /// <summary>Removes a key.</summary>
    /// <param name="key">Exactly <see cref="KeySize"/> bytes.</param>
    /// <returns>False when the key was not there.</returns>
    /// <exception cref="BpfException">The kernel refused, as it does for arrays.</exception>
    public bool Remove(ReadOnlySpan<byte> key)
    {
        RequireKey(key);
        fixed (byte* k = key)
        {
            return Remove(k);
        }
    }

    /// <summary>Steps through the keys in the kernel's order.</summary>
    /// <param name="key">The key to go on from; empty for the first. When it has vanished the kernel starts over at the first.</param>
    /// <param name="next">At least <see cref="KeySize"/> bytes; written only when the answer is true.</param>
    /// <returns>False after the last key.</returns>
    /// <exception cref="BpfException">The map type has no keys to step through.</exception>
    public bool TryGetNextKey(ReadOnlySpan<byte> key, Span<byte> next)
    {
        if (!key.IsEmpty)
        {
            RequireKey(key);
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(next.Length, KeySize, nameof(next));
        fixed (byte* k = key, n = next)
        {
            return NextKey(k, n);
        }
    }

    private void RequireKey(ReadOnlySpan<byte> key)
    {
        if (key.Length != KeySize)
        {
            throw new ArgumentException($"Map {Name} has keys of {KeySize} bytes, not {key.Length}.", nameof(key));
        }
    }

    // A buffer below this is memory that the kernel would write over.
    private void RequireValue(ReadOnlySpan<byte> value)
    {
        if (value.Length < ValueBufferSize)
        {
            throw new ArgumentException($"Map {Name} needs a value buffer of {ValueBufferSize} bytes, not {value.Length}.", nameof(value));
        }
    }
}
