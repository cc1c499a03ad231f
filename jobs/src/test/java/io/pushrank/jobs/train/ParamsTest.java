package io.pushrank.jobs.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class ParamsTest {
    @Test
    void shippedFilesAreRead() {
        HeavyParams heavy = HeavyParams.parse("heavy.yaml", SampleParams.text("heavy"));
        assertEquals(List.of(1024, 512, 256, 128), heavy.layers());
        assertEquals(18, heavy.hashBits());
        assertEquals(OptimizerKind.ADAM, heavy.training().optimizer());
        LightParams light = LightParams.parse("light.yaml", SampleParams.text("light"));
        assertEquals(LightLabel.HEAVY_SCORE, light.label());
        assertEquals(List.of(64, 16, 4), light.hiddenUnits());
        HeavyParams.parse("sample-heavy.yaml", SampleParams.text("sample-heavy"));
        LightParams.parse("sample-light.yaml", SampleParams.text("sample-light"));
    }

    @Test
    void whatIsWrittenIntoAPackageReadsBackTheSame() {
        HeavyParams heavy = HeavyParams.parse("heavy.yaml", SampleParams.text("heavy"));
        assertEquals(heavy, HeavyParams.parse("params.yaml", heavy.toYaml()));
        LightParams light = LightParams.parse("light.yaml", SampleParams.text("light"));
        assertEquals(light, LightParams.parse("params.yaml", light.toYaml()));
    }

    @Test
    void anUnknownKeyIsRefusedWithTheKnownOnes() {
        requireRefusal(
                "heavy.yaml: unknown key hash_bit, known keys: embedding_dimensions, engagement_weight, filters,"
                        + " hash_bits, kernel, layers, oonc_weight, residual, second_loss_denominator, training",
                SampleParams.text("heavy").replace("hash_bits: 18", "hash_bit: 18"));
    }

    @Test
    void anUnknownKeyOfASectionIsNamedWithItsSection() {
        requireRefusal(
                "heavy.yaml: unknown key training.learn_rate, known keys: batch_rows, clip_norm,"
                        + " evaluate_every_steps, learning_rate, learning_rate_cosine_steps, learning_rate_halving_steps,"
                        + " learning_rate_warm_up_steps, maximum_epochs,"
                        + " maximum_evaluation_rows, maximum_steps, momentum, momentum_ramp, optimizer, patience,"
                        + " renorm_maximum_scale, renorm_maximum_shift, renorm_ramp_steps, seed, statistics_rows,"
                        + " tolerance",
                SampleParams.text("heavy").replace("learning_rate: 0.001", "learn_rate: 0.001"));
    }

    @Test
    void aMissingKeyIsNamed() {
        requireRefusal(
                "heavy.yaml: key training.patience is missing",
                SampleParams.text("heavy").replace("patience: 5", ""));
    }

    @Test
    void aRepeatedKeyIsRefused() {
        requireRefusal(
                "heavy.yaml: Duplicate field 'kernel'",
                SampleParams.text("heavy").replace("kernel: 3", "kernel: 3\nkernel: 5"));
    }

    @Test
    void aValueOutsideItsRangeIsRefusedWithKeyValueAndBound() {
        requireRefusal(
                "heavy.yaml: hash_bits must be from 1 to 24, cannot be: 40",
                SampleParams.text("heavy").replace("hash_bits: 18", "hash_bits: 40"));
        requireRefusal(
                "heavy.yaml: kernel must be odd, from 1 to 99, cannot be: 4",
                SampleParams.text("heavy").replace("kernel: 3", "kernel: 4"));
        requireRefusal(
                "heavy.yaml: training.learning_rate must be in (0, 1], cannot be: 0.0",
                SampleParams.text("heavy").replace("learning_rate: 0.001", "learning_rate: 0"));
        requireRefusal(
                "heavy.yaml: layers[1] must be from 1 to 16384, cannot be: 0",
                SampleParams.text("heavy").replace("1024, 512", "1024, 0"));
    }

    @Test
    void learningRateRisesAndThenFalls() {
        TrainingParams warm = training("warm_up_steps: 0", "warm_up_steps: 4");
        assertEquals(0.00025, warm.learningRateAt(0), 1e-12);
        assertEquals(0.001, warm.learningRateAt(3), 1e-12);
        assertEquals(0.001, warm.learningRateAt(1000), 1e-12);
        TrainingParams halving = training("halving_steps: 0", "halving_steps: 100");
        assertEquals(0.001, halving.learningRateAt(0), 1e-12);
        assertEquals(0.0005, halving.learningRateAt(100), 1e-12);
        TrainingParams cosine = training("cosine_steps: 0", "cosine_steps: 100");
        assertEquals(0.001, cosine.learningRateAt(0), 1e-12);
        assertEquals((1 + 0.01) / 2 * 0.001, cosine.learningRateAt(50), 1e-12);
        assertEquals(0.00001, cosine.learningRateAt(100), 1e-12);
        assertEquals(0.00001, cosine.learningRateAt(5000), 1e-12);
        requireRefusal(
                "heavy.yaml: training.learning_rate_cosine_steps must be 0 where learning_rate_halving_steps is not,"
                        + " cannot be: 9",
                SampleParams.text("heavy")
                        .replace("cosine_steps: 0", "cosine_steps: 9")
                        .replace("halving_steps: 0", "halving_steps: 5"));
    }

    private static TrainingParams training(String key, String replacement) {
        return HeavyParams.parse("heavy.yaml", SampleParams.text("heavy").replace(key, replacement))
                .training();
    }

    @Test
    void recordWeightsMayBeLeftOutButAreStrict() {
        String yaml = SampleParams.text("light");
        assertNull(LightParams.parse("light.yaml", yaml).recordWeights());
        assertNull(LightParams.parse("light.yaml", yaml.replace("record_weights: null", ""))
                .recordWeights());
        LightParams weighted = LightParams.parse(
                "light.yaml", yaml.replace("record_weights: null", "record_weights: {smooth: 0.5, minimum: 0.1}"));
        assertEquals(new RecordWeights(0.5, 0.1), weighted.recordWeights());
        assertEquals(weighted, LightParams.parse("params.yaml", weighted.toYaml()));
        requireLightRefusal(
                "light.yaml: unknown key record_weights.floor, known keys: minimum, smooth",
                "record_weights: {smooth: 0.5, floor: 0.1}");
        requireLightRefusal("light.yaml: key record_weights.minimum is missing", "record_weights: {smooth: 0.5}");
        requireLightRefusal(
                "light.yaml: record_weights.minimum must be in [0, 1], cannot be: 2.0",
                "record_weights: {smooth: 0.5, minimum: 2}");
    }

    private static void requireLightRefusal(String message, String weights) {
        String yaml = SampleParams.text("light").replace("record_weights: null", weights);
        IllegalArgumentException refusal =
                assertThrows(IllegalArgumentException.class, () -> LightParams.parse("light.yaml", yaml));
        assertEquals(message, refusal.getMessage());
    }

    private static void requireRefusal(String message, String yaml) {
        IllegalArgumentException refusal =
                assertThrows(IllegalArgumentException.class, () -> HeavyParams.parse("heavy.yaml", yaml));
        assertEquals(message, refusal.getMessage());
    }
}
