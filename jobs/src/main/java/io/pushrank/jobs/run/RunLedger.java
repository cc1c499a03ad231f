package io.pushrank.jobs.run;

import io.pushrank.jobs.gate.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a run has done so far, for its manifest and for the screen. */
final class RunLedger {
    final Map<String, String> models = new TreeMap<>();
    final Map<String, String> notes = new TreeMap<>();
    final List<Manifest.StageReport> reports = new ArrayList<>();
    final List<Verdict> verdicts = new ArrayList<>();
    final Map<String, Funnel> funnels = new TreeMap<>();
}
