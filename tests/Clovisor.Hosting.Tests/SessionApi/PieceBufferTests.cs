using System.Buffers;
using System.Text;
using System.Text.Json;
using Clovisor.Hosting.SessionApi;

namespace Clovisor.Hosting.Tests.SessionApi;

public sealed class PieceBufferTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(5000)]
    public void Holds_what_was_written_however_long(int members)
    {
        PieceBuffer buffer = new();
        for (int round = 0; round < 3; round++)
        {
            using Utf8JsonWriter writer = new(buffer);
            writer.WriteStartArray();
            for (int i = 0; i < members; i++)
            {
                writer.WriteStringValue($"member {i} {new string('x', i % 300)}");
            }

            writer.WriteEndArray();
            writer.Flush();
            ArrayBufferWriter<byte> copy = new();
            buffer.CopyTo(copy);
            Assert.Equal(copy.WrittenCount, buffer.Length);
            Assert.Equal(Enumerable.Range(0, members).Select(static i => $"member {i} {new string('x', i % 300)}"), JsonSerializer.Deserialize<string[]>(copy.WrittenSpan)!);
            buffer.Clear();
            Assert.Equal(0, buffer.Length);
        }
    }

    [Fact]
    public void Has_room_for_a_text_longer_than_a_piece()
    {
        PieceBuffer buffer = new();
        byte[] text = Encoding.ASCII.GetBytes(new string('y', 100_000));
        buffer.Write("x"u8);
        text.CopyTo(buffer.GetSpan(text.Length));
        buffer.Advance(text.Length);
        ArrayBufferWriter<byte> copy = new();
        buffer.CopyTo(copy);
        Assert.Equal([(byte)'x', .. text], copy.WrittenSpan.ToArray());
    }
}
