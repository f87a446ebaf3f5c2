using Clovisor.Wan.Selection;
using CsCheck;

namespace Clovisor.Wan.Tests.Selection;

public sealed class ApportionmentTests
{
    [Theory]
    [InlineData(new[] { 3, 1 }, new[] { 48, 16 })]
    [InlineData(new[] { 1, 1, 1 }, new[] { 22, 21, 21 })]
    [InlineData(new[] { 1, 0 }, new[] { 64, 0 })]
    [InlineData(new[] { 1000, 1 }, new[] { 64, 0 })]
    public void Gives_seats_by_weight(int[] weights, int[] expected)
    {
        int[] seats = new int[weights.Length];
        Apportionment.Fill(weights, 64, seats);
        Assert.Equal(expected, seats);
    }

    // When one party leaves, no other one loses a seat. This is what largest remainders do not promise.
    [Fact]
    public void Nobody_loses_a_seat_when_another_leaves() =>
        Gen.Int[1, 1000].Array[2, 8].Sample(weights =>
        {
            int[] before = new int[weights.Length];
            Apportionment.Fill(weights, 64, before);
            for (int gone = 0; gone < weights.Length; gone++)
            {
                int[] rest = [.. weights];
                rest[gone] = 0;
                int[] after = new int[weights.Length];
                Apportionment.Fill(rest, 64, after);
                for (int party = 0; party < weights.Length; party++)
                {
                    Assert.True(party == gone || after[party] >= before[party]);
                }
            }
        });
}
