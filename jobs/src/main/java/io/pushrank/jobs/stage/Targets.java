package io.pushrank.jobs.stage;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.size;

import io.pushrank.jobs.config.RankingConfig.TargetsConfig;
import io.pushrank.jobs.rule.Rule;
import io.pushrank.jobs.rule.Rules;
import io.pushrank.jobs.table.Table;
import io.pushrank.jobs.table.Tables;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** 1. Who may be notified now: settings, device, cap, spacing. */
public record Targets() implements Stage {
    @Override
    public String verb() {
        return "targets";
    }

    @Override
    public String summary() {
        return "1. Who may be notified now: settings, device, cap, spacing.";
    }

    @Override
    public Set<Table> reads() {
        return Set.of(Table.USERS, Table.DEVICES, Table.NOTIFICATIONS, Table.SENDS);
    }

    @Override
    public Table writes() {
        return Table.TARGETS;
    }

    @Override
    public Optional<Table> accountsFor() {
        return Optional.empty();
    }

    @Override
    public boolean writesRemoved() {
        return true;
    }

    @Override
    public boolean beginsDay() {
        return true;
    }

    @Override
    public Dataset<Row> judge(Tables tables) {
        TargetsConfig config = tables.config().targets();
        return tables.query(
                        "stages",
                        "targets",
                        Map.of("push_cap", config.pushCap(), "min_spacing_hours", config.minSpacingHours()))
                .withColumn("reasons", Rules.reasons(Rules.of(tables.config(), tables.asOf(), Rule.Step.TARGETS)))
                .withColumn("is_eligible", size(col("reasons")).equalTo(0));
    }
}
