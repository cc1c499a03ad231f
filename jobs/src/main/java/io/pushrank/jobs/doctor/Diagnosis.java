package io.pushrank.jobs.doctor;

import io.pushrank.udf.text.Documents;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Findings as people and programs read them. */
public record Diagnosis(List<Finding> findings) {
    /** What is the same in several places. */
    private record Kind(Finding.Level level, String what, String found, String advice) {}

    /** Whether a run would break. */
    public boolean isFailure() {
        return count(Finding.Level.FAILURE) > 0;
    }

    private long count(Finding.Level level) {
        return findings.stream().filter(finding -> finding.level() == level).count();
    }

    /** A JSON list of findings. */
    public String toJson() {
        return Documents.toJson(findings);
    }

    /** A line a finding, alike ones together; below each that is not fine, what to do. */
    public String toTable() {
        Map<Kind, List<String>> places = new LinkedHashMap<>();
        findings.forEach(finding -> places.computeIfAbsent(
                        new Kind(finding.level(), finding.what(), finding.found(), finding.advice()),
                        kind -> new ArrayList<>())
                .add(finding.where()));
        StringBuilder table = new StringBuilder(String.format("%-8s %-24s %-22s %s%n", "", "where", "what", "found"));
        places.forEach((kind, where) -> {
            String mark = kind.level() == Finding.Level.OK ? "ok" : kind.level().name();
            table.append(String.format("%-8s %-24s %-22s %s%n", mark, shortened(where), kind.what(), kind.found()));
            if (!kind.advice().isEmpty()) {
                table.append(String.format("%-8s %-24s %-22s └ %s%n", "", "", "", kind.advice()));
            }
        });
        return table.append(String.format(
                        "%n%d would break a run, %d would slow it or put it at risk.%n",
                        count(Finding.Level.FAILURE), count(Finding.Level.WARNING)))
                .toString();
    }

    private static String shortened(List<String> where) {
        List<String> distinct = where.stream().distinct().toList();
        return distinct.size() <= 2
                ? String.join(", ", distinct)
                : distinct.get(0) + " and " + (distinct.size() - 1) + " more";
    }
}
