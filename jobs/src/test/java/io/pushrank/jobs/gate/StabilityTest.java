package io.pushrank.jobs.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The population stability index, also against a naive one that looks at every row by itself. */
class StabilityTest {
    private static final double EXACT = 1e-12;

    private static Map<String, Long> counts(List<String> rows) {
        Map<String, Long> counts = new TreeMap<>();
        rows.forEach(row -> counts.merge(row, 1L, Long::sum));
        return counts;
    }

    /** The sum over groups that are named by row. */
    private static double naive(List<String> reference, List<String> today) {
        Set<String> groups = new HashSet<>(reference);
        groups.addAll(today);
        double index = 0;
        for (String group : groups) {
            double q =
                    (reference.stream().filter(group::equals).count() + 0.5) / (reference.size() + groups.size() / 2.0);
            double p = (today.stream().filter(group::equals).count() + 0.5) / (today.size() + groups.size() / 2.0);
            index += p * Math.log(p / q) - q * Math.log(p / q);
        }
        return index;
    }

    private static double naiveOfNumbers(List<String> reference, List<String> today) {
        Map<String, String> groups = new HashMap<>();
        for (String bin : reference) {
            long number = Long.parseLong(bin);
            long below = reference.stream()
                    .filter(other -> Long.parseLong(other) < number)
                    .count();
            long same = reference.stream().filter(bin::equals).count();
            groups.put(bin, "tenth " + (int) ((below + same / 2.0) * 10 / reference.size()));
        }
        return naive(
                reference.stream().map(groups::get).toList(),
                today.stream().map(bin -> groups.getOrDefault(bin, "unseen")).toList());
    }

    private static double naiveOfTexts(List<String> reference, List<String> today) {
        Set<String> common = new HashSet<>();
        for (String bin : reference) {
            if (reference.stream().filter(bin::equals).count() * 100 >= reference.size()) {
                common.add(bin);
            }
        }
        return naive(
                reference.stream()
                        .map(bin -> common.contains(bin) ? bin : "rare")
                        .toList(),
                today.stream().map(bin -> common.contains(bin) ? bin : "rare").toList());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void numbersAreAsTheNaiveIndexHasThem(long seed) {
        Random random = new Random(seed);
        double scale = 1 + 20 * random.nextDouble();
        List<String> reference = bins(random, 900, 0, scale);
        List<String> today = bins(random, 300, random.nextDouble() * scale, scale);

        assertEquals(
                naiveOfNumbers(reference, today),
                Stability.ofNumbers(counts(reference), counts(today)).index(),
                EXACT);
    }

    private static List<String> bins(Random random, int rows, double middle, double scale) {
        List<String> bins = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            bins.add(Long.toString(Math.round(middle + scale * random.nextGaussian())));
        }
        return bins;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void textsAreAsTheNaiveIndexHasThem(long seed) {
        Random random = new Random(seed);
        List<String> reference = texts(random, 900, 3 + random.nextInt(12));
        List<String> today = texts(random, 300, 3 + random.nextInt(15));

        assertEquals(
                naiveOfTexts(reference, today),
                Stability.ofTexts(counts(reference), counts(today)).index(),
                EXACT);
    }

    private static List<String> texts(Random random, int rows, int values) {
        List<String> texts = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            texts.add("=" + (int) (values * random.nextDouble() * random.nextDouble()));
        }
        return texts;
    }

    @Test
    void whatOneSideCountsInBucketsIsComparedInBuckets() {
        Map<String, Long> byText = Map.of("=fr", 700L, "=en", 300L);
        Map<String, Long> inBuckets = new TreeMap<>();
        inBuckets.put(bucket("fr"), 700L);
        inBuckets.merge(bucket("en"), 300L, Long::sum);

        assertEquals(0, Stability.ofTexts(byText, inBuckets).index(), EXACT);
        assertEquals(0, Stability.ofTexts(inBuckets, byText).index(), EXACT);
        assertTrue(Stability.ofTexts(byText, Map.of(bucket("fr"), 1_000L)).index() > 0.25);
    }

    private static String bucket(String text) {
        CRC32 hash = new CRC32();
        hash.update(text.getBytes(StandardCharsets.UTF_8));
        return "#" + hash.getValue() % 20;
    }

    @Test
    void sharesThatStayAreNoShift() {
        assertEquals(
                0,
                Stability.ofTexts(Map.of("=a", 600L, "=b", 400L), Map.of("=a", 600L, "=b", 400L))
                        .index());
        assertEquals(
                0,
                Stability.ofNumbers(Map.of("4400", 700L), Map.of("4400", 200L)).index(),
                "a constant");
    }

    /** With halves: p = 200.5/201, q = 0.5/701 and so on; (p − q)·ln(p/q) twice. */
    @Test
    void aConstantThatChangesIsAShiftAlthoughItIsButOneBin() {
        Stability shift = Stability.ofNumbers(Map.of("4400", 700L), Map.of("4440", 200L));

        double p = 200.5 / 201;
        double q = 0.5 / 701;
        double left = 0.5 / 201;
        double right = 700.5 / 701;
        assertEquals((p - q) * Math.log(p / q) + (left - right) * Math.log(left / right), shift.index(), EXACT);
        assertEquals("values not seen before: 0.0 % before, 100.0 % now", shift.detail());
    }

    @Test
    void aValueBetweenTwoThatWereThereIsNewToo() {
        Stability shift = Stability.ofNumbers(Map.of("4400", 100L, "4480", 900L), Map.of("4440", 300L));

        assertEquals("values not seen before: 0.0 % before, 100.0 % now", shift.detail());
        assertTrue(shift.index() > 5, shift::toString);
    }

    @Test
    void aNewTextIsSeenBesideTheRareOnes() {
        Map<String, Long> before = Map.of("=fr", 990L, "=is", 5L, "=mt", 5L);

        assertTrue(Stability.ofTexts(before, Map.of("=fr", 396L, "=is", 4L)).index() < 0.01);
        Stability shift = Stability.ofTexts(before, Map.of("=fr", 300L, "=xx", 100L));
        assertTrue(shift.index() > 0.25, shift::toString);
        assertEquals("rare values and values not seen before: 1.0 % before, 25.0 % now", shift.detail());
    }

    @Test
    void pricesOfAnotherScaleAreAShift() {
        Random random = new Random(7);
        Map<String, Long> before = new TreeMap<>();
        Map<String, Long> same = new TreeMap<>();
        Map<String, Long> cents = new TreeMap<>();
        for (int row = 0; row < 2_000; row++) {
            before.merge(bin(Math.exp(random.nextGaussian() + 3)), 1L, Long::sum);
            same.merge(bin(Math.exp(random.nextGaussian() + 3)), 1L, Long::sum);
            cents.merge(bin(100 * Math.exp(random.nextGaussian() + 3)), 1L, Long::sum);
        }

        assertTrue(Stability.ofNumbers(before, same).index() < 0.05);
        assertTrue(Stability.ofNumbers(before, cents).index() > 3);
    }

    private static String bin(double number) {
        return Integer.toString((int) Math.floor(4 * StrictMath.log(number) / StrictMath.log(2)) + 4400);
    }
}
