namespace Clovisor.Bpf.Btf.Layouts;

/// <summary>A struct that says where its fields lie, so that it can be held against a C struct without reflection.</summary>
/// <remarks>Structs of a generated skeleton implement it; so does a partial struct with <see cref="BpfStructAttribute"/>. Typed maps compare it
/// with the C types of the map they are made for.</remarks>
public interface IBpfStruct
{
    /// <summary>Size and fields. The same for every value.</summary>
    BpfStructLayout Layout { get; }
}
