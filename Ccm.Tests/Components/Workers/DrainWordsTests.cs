using Ccm.Engine.Domain;
using Ccm.Engine.Lifecycle;
using Ccm.Portal.Components.Pages.Workers;

namespace Ccm.Tests.Components.Workers;

public sealed class DrainWordsTests
{
    [Fact]
    public void Loss_OfALargeFleet_LeavesOutWhatTheWorkerHasNotAndIsNeverNothing()
    {
        var loss = new DrainLoss(new Capacity(8, 64, 0, 20), new Capacity(16_000, 640, 0, 5_000), [new TemplateLoss("small", 1, 500), new TemplateLoss("metal", 1, 3)], ForGood: false);

        Assert.Equal("Of what takes work the fleet loses 8 of 16,000 cores (under 1 %), 64 of 640 GB of memory (10 %), 20 of 5,000 licensed nodes (under 1 %); "
            + "of the workers 1 of 500 of template small (under 1 %), 1 of 3 of template metal (33 %). It is back once the workers are started again.", DrainWords.Loss(loss));
    }

    [Fact]
    public void Loss_ForGood_SaysNothingOfComingBack() => Assert.Equal("Of what takes work the fleet loses 8 of 80 cores (10 %); of the workers 1 of 2 of template small (50 %).",
        DrainWords.Loss(new DrainLoss(new Capacity(8, 0, 0, 0), new Capacity(80, 0, 0, 0), [new TemplateLoss("small", 1, 2)], ForGood: true)));

    [Fact]
    public void Loss_None_IsNotSpokenOf() => Assert.Null(DrainWords.Loss(new DrainLoss(Capacity.None, new Capacity(80, 0, 0, 0), [], ForGood: false)));

    [Theory]
    [InlineData(0, ", and no drain becomes overdue")]
    [InlineData(1, ", and 1 drain may become overdue before")]
    [InlineData(12, ", and 12 drains may become overdue before")]
    public void Overdue_SoMany_CountsThem(int plans, string words) => Assert.Equal(words, DrainWords.Overdue(plans));
}
