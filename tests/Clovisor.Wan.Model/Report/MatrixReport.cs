using Clovisor.Wan.Model.Matrix;

namespace Clovisor.Wan.Model.Report;

/// <summary>The packet matrix as a table.</summary>
internal static class MatrixReport
{
    internal static bool Run()
    {
        using var site = new MatrixSite();
        var matrix = new PacketMatrix(site);
        matrix.Run();
        Console.WriteLine($"{"family",-6} | {"protocol",-9} | {"shape",-28} | {"direction",-15} | {"became",-36} | ok");
        foreach (Cell cell in matrix.Cells)
        {
            Console.WriteLine($"{cell.Family,-6} | {cell.Protocol,-9} | {cell.Shape,-28} | {cell.Direction,-15} | {cell.Became,-36} | {(cell.Fault is null ? "yes" : "NO: " + cell.Fault)}");
        }

        int wrong = matrix.Cells.Count(static cell => cell.Fault is not null);
        int silent = matrix.Cells.Count(static cell => cell.Fault?.Contains("silent", StringComparison.Ordinal) == true);
        Console.WriteLine();
        Console.WriteLine($"{"promise",-62} | {"measured",-22} | ok");
        Console.WriteLine($"{"translated or handed on as the model says, right checksums",-62} | {$"{matrix.Cells.Count - wrong} of {matrix.Cells.Count}",-22} | {(wrong == 0 ? "yes" : "NO")}");
        Console.WriteLine($"{"silent drops",-62} | {silent,-22} | {(silent == 0 ? "yes" : "NO")}");
        return wrong == 0;
    }
}
