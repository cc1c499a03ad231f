package io.pushrank.jobs.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LearningRateDecayTest {
    private static final String DECAY = "  learning_rate_decay: ";

    private static HeavyParams params(String decay) {
        return HeavyParams.parse(
                "heavy.yaml",
                SampleParams.text("heavy").replace("learning_rate_warm_up_steps: 0", "learning_rate_warm_up_steps: 10")
                        + DECAY + decay + "\n");
    }

    /** The rate is 0.001, reached after 10 steps. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{exponential: {steps: 100, rate: 0.25}} | 60 | 0.5",
                "{exponential: {steps: 100, rate: 0.25}} | 210 | 0.0625",
                "{exponential: {steps: 100, rate: 0.25, staircase: true}} | 109 | 1",
                "{exponential: {steps: 100, rate: 0.25, staircase: true}} | 110 | 0.25",
                "{polynomial: {steps: 100, power: 2, floor: 0.2}} | 60 | 0.4",
                "{polynomial: {steps: 100, power: 2, floor: 0.2}} | 500 | 0.2",
                "{piecewise: {boundaries: [20, 50], factors: [1, 0.5, 0.1]}} | 29 | 1",
                "{piecewise: {boundaries: [20, 50], factors: [1, 0.5, 0.1]}} | 30 | 0.5",
                "{piecewise: {boundaries: [20, 50], factors: [1, 0.5, 0.1]}} | 60 | 0.1",
                "{inverse: {steps: 100, rate: 3}} | 110 | 0.25",
                "{inverse: {steps: 100, rate: 3, staircase: true}} | 109 | 1",
                "{cosine: {steps: 100, floor: 0.1}} | 60 | 0.55",
                "{cosine: {steps: 100, floor: 0.1}} | 999 | 0.1",
                "{cosine_restarts: {steps: 100, growth: 2, shrink: 0.5, floor: 0}} | 60 | 0.5",
                "{cosine_restarts: {steps: 100, growth: 2, shrink: 0.5, floor: 0}} | 110 | 0.5",
                "{cosine_restarts: {steps: 100, growth: 2, shrink: 0.5, floor: 0}} | 210 | 0.25",
                "{cosine_restarts: {steps: 100, growth: 2, shrink: 0.5, floor: 0}} | 310 | 0.25",
                "{exponential: {steps: 100, rate: 0.25}} | 4 | 0.5"
            })
    void theRateIsMultipliedByTheFactorOfTheStepAfterTheWarmUp(String decay, long step, double factor) {
        assertEquals(0.001 * factor, params(decay).training().learningRateAt(step), 1e-12);
    }

    @Test
    void aDecayIsWrittenAsItIsRead() {
        HeavyParams params = params("{piecewise: {boundaries: [20, 50], factors: [1, 0.5, 0.1]}}");
        assertEquals(params, ParamsYaml.wholeHeavy("params.yaml", params.toYaml()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{exponential: {steps: 0, rate: 0.5}} | heavy.yaml: training.learning_rate_decay.exponential.steps must be at least 1, but is 0",
                "{exponential: {steps: 5, rate: 2}} | heavy.yaml: training.learning_rate_decay.exponential.rate must be in (0, 1], but is 2",
                "{piecewise: {boundaries: [5, 5], factors: [1, 1, 1]}} | heavy.yaml: training.learning_rate_decay.piecewise.boundaries must be at least 6, but is 5",
                "{piecewise: {boundaries: [5], factors: [1]}} | heavy.yaml: training.learning_rate_decay.piecewise.factors must be 2 numbers in (0, 100], but is [1.0]",
                "{cosine_restarts: {steps: 5, growth: 0.5, shrink: 1, floor: 0}} | heavy.yaml: training.learning_rate_decay.cosine_restarts.growth must be between 1 and 100, but is 0.5",
                "{cosine: {steps: 5, floor: 0}, inverse: {steps: 5, rate: 1}} | heavy.yaml: training.learning_rate_decay must be one of exponential, polynomial, piecewise, inverse, cosine and cosine_restarts, but is 2 of them",
                "{sine: {steps: 5}} | heavy.yaml: unknown key training.learning_rate_decay.sine, known keys: cosine, cosine_restarts, exponential, inverse, piecewise, polynomial"
            })
    void whatIsOutOfBoundsIsNamed(String decay, String message) {
        assertEquals(
                message,
                assertThrows(IllegalArgumentException.class, () -> params(decay))
                        .getMessage());
    }

    @Test
    void aDecayAndTheOlderKeysExcludeEachOther() {
        String text =
                SampleParams.text("heavy").replace("learning_rate_halving_steps: 0", "learning_rate_halving_steps: 7")
                        + DECAY + "{cosine: {steps: 100, floor: 0.1}}\n";
        assertEquals(
                "heavy.yaml: training.learning_rate_decay must be absent where learning_rate_halving_steps or"
                        + " learning_rate_cosine_steps is not 0, but is there",
                assertThrows(IllegalArgumentException.class, () -> HeavyParams.parse("heavy.yaml", text))
                        .getMessage());
    }
}
