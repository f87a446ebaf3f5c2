using Consumer;

using LengthsBpf.Opened file = LengthsBpf.Open();
file.Rodata.Shortest = 60;
using LengthsBpf lengths = file.Load();

foreach (int length in (int[])[42, 60, 90])
{
    lengths.Programs.Watch.TestRun(new byte[length], []);
}

Console.WriteLine($"{lengths.Bss.Seen} packets");
int left = 2;
await foreach (LengthsBpf.Packet packet in lengths.Maps.ReadPacketsAsync())
{
    Console.WriteLine($"{packet.Length} bytes");
    if (--left == 0)
    {
        break;
    }
}
