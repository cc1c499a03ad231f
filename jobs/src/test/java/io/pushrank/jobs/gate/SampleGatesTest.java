package io.pushrank.jobs.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import io.pushrank.jobs.SharedSpark;
import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.config.RankingConfig;
import io.pushrank.jobs.table.Findings;
import io.pushrank.jobs.table.Inputs;
import io.pushrank.jobs.table.Layout;
import java.time.LocalDate;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The gates on the committed world, whose weeks have a rhythm and whose tables are small. */
class SampleGatesTest {
    private static final LocalDate DATE = LocalDate.of(2026, 3, 14);
    private static final RankingConfig CONFIG = ConfigFile.shipped().config();

    private static InputGate.Judgement first;

    @BeforeAll
    static void judgeTheDay() {
        first = judge(DATE, CONFIG, List.of());
    }

    private static InputGate.Judgement judge(LocalDate date, RankingConfig config, List<Profile> known) {
        Layout layout = new Layout("../sample-data", "no-output", "no-models");
        Inputs inputs = new Inputs(SharedSpark.session(), layout, config, date, date, Findings.none());
        return new InputGate(inputs, config, date).judge(known);
    }

    @Test
    void show() {
        for (int day = 5; day <= 14; day++) {
            judge(LocalDate.of(2026, 3, day), ConfigFile.shipped().set("gates.minimum_rows=100").set("gates.minimum_days=2").config(), List.of()).verdicts().forEach(System.err::println);
            System.err.println("----");
        }
    }
}
