package io.pushrank.jobs.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ParamsTest {
    @Test
    void shippedFilesAreRead() {
        HeavyParams heavy = HeavyParams.parse("heavy.yaml", SampleParams.text("heavy"));
        assertEquals(
                new ClemNet(Stream.of(1024, 512, 256, 128)
                        .map(units -> new ClemNet.Block(units, 3, 5, false))
                        .toList()),
                heavy.model());
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
                "heavy.yaml: unknown key hash_bit, known keys: clemnet, embedding_dimensions, engagement_weight,"
                        + " hash_bits, model, oonc_weight, second_loss_denominator, training",
                SampleParams.text("heavy").replace("hash_bits: 18", "hash_bit: 18"));
    }

    @Test
    void anUnknownKeyOfASectionIsNamedWithItsSection() {
        requireRefusal(
                "heavy.yaml: unknown key training.learn_rate, known keys: batch_rows, clip_norm,"
                        + " evaluate_every_steps, learning_rate, learning_rate_halving_steps, maximum_epochs,"
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
                SampleParams.text("heavy").replace("kernel: 3", "kernel: 3, kernel: 5"));
    }

    @Test
    void aValueOutsideItsRangeIsRefusedWithKeyValueAndBound() {
        requireRefusal(
                "heavy.yaml: hash_bits must be from 1 to 24, cannot be: 40",
                SampleParams.text("heavy").replace("hash_bits: 18", "hash_bits: 40"));
        requireRefusal(
                "heavy.yaml: training.learning_rate must be in (0, 1], cannot be: 0.0",
                SampleParams.text("heavy").replace("learning_rate: 0.001", "learning_rate: 0"));
    }

    @Test
    void aModelThatIsNotThereIsRefusedWithThoseThatAre() {
        requireRefusal(
                "heavy.yaml: model must be one of clemnet, cannot be: clem",
                SampleParams.text("heavy").replace("model: clemnet", "model: clem"));
        requireRefusal(
                "heavy.yaml: key model is missing: it names one of clemnet",
                SampleParams.text("heavy").replace("model: clemnet", ""));
        requireRefusal(
                "heavy.yaml: unknown key modle, known keys: clemnet, embedding_dimensions, engagement_weight,"
                        + " hash_bits, model, oonc_weight, second_loss_denominator, training",
                SampleParams.text("heavy").replace("model: clemnet", "modle: clemnet"));
    }

    @Test
    void aBlockIsNamedByItsPlace() {
        String third = "{units: 256, kernel: 3, filters: 5, residual: false}";
        requireRefusal(
                "heavy.yaml: clemnet.blocks[2].units must be from 0 to 16384, cannot be: -1",
                SampleParams.text("heavy").replace("units: 256", "units: -1"));
        requireRefusal(
                "heavy.yaml: clemnet.blocks[2].kernel must be odd, from 1 to 99, cannot be: 4",
                SampleParams.text("heavy").replace(third, third.replace("kernel: 3", "kernel: 4")));
        requireRefusal(
                "heavy.yaml: clemnet.blocks[2].filters must be from 0 to 256, cannot be: 300",
                SampleParams.text("heavy").replace(third, third.replace("filters: 5", "filters: 300")));
        requireRefusal(
                "heavy.yaml: clemnet.blocks[2].units + filters must be above 0, cannot be: 0",
                SampleParams.text("heavy")
                        .replace(third, third.replace("units: 256", "units: 0").replace("filters: 5", "filters: 0")));
        requireRefusal(
                "heavy.yaml: unknown key clemnet.blocks[2].width, known keys: filters, kernel, residual, units",
                SampleParams.text("heavy").replace(third, third.replace("kernel", "width")));
        requireRefusal(
                "heavy.yaml: key clemnet.blocks[2].residual is missing",
                SampleParams.text("heavy").replace(third, third.replace(", residual: false", "")));
        requireRefusal(
                "heavy.yaml: key clemnet.blocks[2] must be a section of keys",
                SampleParams.text("heavy").replace(third, "256"));
        requireRefusal(
                "heavy.yaml: clemnet.blocks must be a list of at least 1 block, cannot be: []",
                SampleParams.text("heavy").replaceAll("(?m)^ *- .*units.*$", "").replace("blocks:", "blocks: []"));
        String text = refusal(SampleParams.text("heavy").replace(third, third.replace("units: 256", "units: wide")))
                .getMessage();
        assertTrue(text.startsWith("heavy.yaml: key clemnet.blocks[2].units: "), text);
    }

    private static IllegalArgumentException refusal(String yaml) {
        return assertThrows(IllegalArgumentException.class, () -> HeavyParams.parse("heavy.yaml", yaml));
    }

    private static void requireRefusal(String message, String yaml) {
        assertEquals(message, refusal(yaml).getMessage());
    }
}
