package io.pushrank.jobs.bench;

import java.io.PrintStream;
import org.apache.spark.sql.SparkSession;

/**
 * What a bench is given.
 *
 * @param spark the session
 * @param directory a local folder for what the bench writes, kept from run to run
 * @param rounds measurements of each figure; the median counts
 * @param out receives progress and tables
 */
public record BenchContext(SparkSession spark, String directory, int rounds, PrintStream out) {}
