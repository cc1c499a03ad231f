package io.pushrank.jobs.run;

import io.pushrank.jobs.config.ConfigFile;
import io.pushrank.jobs.config.RankingConfig;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Storage;
import java.time.LocalDate;
import org.apache.spark.sql.SparkSession;

/** What all parts of a run share. */
record RunContext(
        SparkSession spark,
        Storage storage,
        Layout layout,
        ConfigFile configFile,
        RankingConfig config,
        LocalDate date,
        String runId,
        Choices choices,
        Progress progress,
        RunLedger ledger) {}
