package io.pushrank.udf.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CalibrationTest {
    private static final Calibration CALIBRATION = new Calibration(
            new Calibration.Curve(List.of(0.2, 0.6), List.of(0.1, 0.5)),
            new Calibration.Curve(List.of(0.5), List.of(0.25)));

    @TempDir
    private Path folder;

    private static Calibration parse(String json) {
        return Calibration.parse("calibration.json", json.getBytes(StandardCharsets.UTF_8));
    }

    private static void refuses(String found, String json) {
        assertEquals(
                "calibration.json: expected increasing breakpoints in (0, 1), found " + found,
                assertThrows(ModelException.class, () -> parse(json))
                        .getMessage()
                        .replaceFirst("line \\d+: ", ""));
    }

    @Test
    void whatIsWrittenReadsBackTheSame() {
        assertEquals(CALIBRATION, parse(CALIBRATION.toJson()));
        assertEquals(
                new Calibration(Calibration.Curve.IDENTITY, Calibration.Curve.IDENTITY),
                parse(
                        "{\"oonc\": {\"raw\": [], \"calibrated\": []}, \"engagement\": {\"raw\": [], \"calibrated\": []}}"));
    }

    @Test
    void aWrongFileIsRefusedWithWhatIsWrong() {
        String json = CALIBRATION.toJson();
        refuses("Unexpected end-of-input: expected close marker for Object", "{");
        refuses("unknown key dislike, known keys: engagement, oonc", json.replaceFirst("\\{", "{\"dislike\": 1,"));
        refuses("unknown key opened, known keys: engagement, oonc", json.replace("\"oonc\"", "\"opened\""));
        refuses("key oonc is missing", "{}");
        refuses("key oonc.raw is missing", "{\"oonc\": {}}");
        refuses("raw[1] must be above 0.2 and below 1, but is 0.1", json.replace("0.6", "0.1"));
        refuses("raw[0] must be above 0.0 and below 1, but is 0.0", json.replace("0.2,", "0.0,"));
        refuses("raw[1] must be above 0.2 and below 1, but is 1.0", json.replace("0.6", "1.0"));
        refuses("calibrated must have 2 values, but has 1", json.replace("0.1, ", ""));
    }

    @Test
    void itTravelsInThePackage() throws IOException {
        ModelExport export = Signatures.export(folder.resolve("export"), Signatures.heavy());
        Files.writeString(folder.resolve("export").resolve(Calibration.FILE), CALIBRATION.toJson());
        String models = folder.resolve("models").toString();
        ModelPackage.write(models, "1", export, new Configuration());
        assertEquals(
                Optional.of(CALIBRATION),
                ModelPackage.open(models, ModelKind.HEAVY, "1", new Configuration())
                        .calibration());
    }

    @Test
    void linesJoinTheBreakpoints() {
        assertEquals(0.05, CALIBRATION.oonc().at(0.1), 1e-12);
        assertEquals(0.3, CALIBRATION.oonc().at(0.4), 1e-12);
        assertEquals(0.75, CALIBRATION.oonc().at(0.8), 1e-12);
    }
}
