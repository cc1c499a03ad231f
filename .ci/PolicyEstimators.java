import io.pushrank.jobs.offpolicy.Estimator;
import io.pushrank.jobs.offpolicy.LoggedDecision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Compares the estimators with what another program says of the same decisions; for policy-estimators. */
final class PolicyEstimators {
    private static final double TOLERANCE = 1e-9;

    private PolicyEstimators() {}

    public static void main(String[] files) throws IOException {
        List<LoggedDecision> decisions = Files.readAllLines(Path.of(files[0])).stream()
                .skip(1)
                .map(line -> Arrays.stream(line.split(","))
                        .mapToDouble(Double::parseDouble)
                        .toArray())
                .map(row -> new LoggedDecision(row[0], row[1], row[2], row[3], row[4]))
                .toList();
        int failed = 0;
        List<String> expected = Files.readAllLines(Path.of(files[1]));
        for (String line : expected) {
            String[] cells = line.split(",");
            double theirs = Double.parseDouble(cells[2]);
            double ours = Estimator.valueOf(cells[0]).of(decisions, Double.parseDouble(cells[1]));
            boolean isEqual = Math.abs(ours - theirs) <= TOLERANCE;
            failed += isEqual ? 0 : 1;
            System.out.printf(
                    "%-10s limit %-8s obp %.15f pushrank %.15f difference %.1e%s%n",
                    cells[0], cells[1], theirs, ours, ours - theirs, isEqual ? "" : " TOO LARGE");
        }
        System.out.printf(
                "%d decisions: %d passed, %d failed%n", decisions.size(), expected.size() - failed, failed);
        System.exit(failed == 0 && !expected.isEmpty() ? 0 : 1);
    }
}
