package io.pushrank.jobs.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.pushrank.udf.model.FeatureShape;
import java.util.List;
import org.junit.jupiter.api.Test;

class MultiplicationsTest {
    @Test
    void aConvolutionIsMultipliedWithAtEachPositionOfItsInputWhetherOrNotADenseHalfComesBefore() {
        // Width 3 + 1 + 2 · 8.
        HeavyParams params = SampleParams.heavy(1);
        assertEquals(8, params.embeddingDimensions());
        ClemNet model = new ClemNet(
                List.of(ClemNet.Block.published(0, 3, 2, false), ClemNet.Block.published(4, 1, 0, true)), null);
        long tower = 20 * 3 * 2 + 2 * 20 * 4 + 4 * 2 * 2 + 4 * 2;
        assertEquals(2 * tower, model.multiplications(params, new FeatureShape(3, 1)));
    }

    @Test
    void stridesAndPaddingSayHowManyPositionsAConvolutionMakes() {
        HeavyParams params = SampleParams.heavy(1);
        ClemNet model = new ClemNet(
                List.of(
                        new ClemNet.Block(0, 5, 2, false, null, null, 3, null, null),
                        new ClemNet.Block(0, 3, 4, false, null, null, 2, Padding.VALID, null)),
                null);
        // 20 positions make 7, and those 3.
        long tower = 7 * 5 * 2 + 3 * 2 * 3 * 4 + 3 * 4;
        assertEquals(2 * tower, model.multiplications(params, new FeatureShape(3, 1)));
        ClemNet tooWide =
                new ClemNet(List.of(new ClemNet.Block(2, 3, 1, false, null, null, null, Padding.VALID, null)), null);
        HeavyParams wide =
                new HeavyParams(tooWide, 9, 8, null, 0.9, 0.1, params.secondLossDenominator(), params.training());
        assertEquals(
                "clemnet.blocks[0].kernel must be at most 2, the length of its input, without padding, but is 3",
                assertThrows(IllegalArgumentException.class, () -> new HeavyRanker(wide, new FeatureShape(3, 1))
                                .variableShapes())
                        .getMessage());
    }

    @Test
    void kernelsOfOtherArchitecturesAreMultipliedWithOnce() {
        HeavyParams params = HeavyParams.parse("logistic", SampleParams.text("logistic"));
        // A value and its absence for each continuous feature, two tasks.
        assertEquals(2 * (2 * 3 + 1), params.model().multiplications(params, new FeatureShape(3, 1)));
    }
}
