package io.pushrank.jobs.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pushrank.udf.model.FeatureShape;
import java.util.List;
import org.junit.jupiter.api.Test;

class MultiplicationsTest {
    @Test
    void aConvolutionIsMultipliedWithAtEachPositionOfItsInputWhetherOrNotADenseHalfComesBefore() {
        // Width 3 + 1 + 2 · 8.
        HeavyParams params = SampleParams.heavy(1);
        assertEquals(8, params.embeddingDimensions());
        ClemNet model = new ClemNet(List.of(new ClemNet.Block(0, 3, 2, false), new ClemNet.Block(4, 1, 0, true)), null);
        long tower = 20 * 3 * 2 + 2 * 20 * 4 + 4 * 2 * 2 + 4 * 2;
        assertEquals(2 * tower, model.multiplications(params, new FeatureShape(3, 1)));
    }

    @Test
    void kernelsOfOtherArchitecturesAreMultipliedWithOnce() {
        HeavyParams params = HeavyParams.parse("logistic", SampleParams.text("logistic"));
        // A value and its absence for each continuous feature, two tasks.
        assertEquals(2 * (2 * 3 + 1), params.model().multiplications(params, new FeatureShape(3, 1)));
    }
}
