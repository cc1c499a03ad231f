package io.pushrank.jobs.evaluate;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;

import io.pushrank.jobs.config.ExampleLabels;
import io.pushrank.jobs.examples.ExampleTable;
import io.pushrank.jobs.examples.TrainedOn;
import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.table.Layout;
import io.pushrank.udf.feature.FeatureList;
import io.pushrank.udf.model.ModelKind;
import io.pushrank.udf.model.ModelPackage;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Which examples a model is held against.
 *
 * @param labels kind of their labels
 * @param from first day; null: the first that there is
 * @param to last day; null: the last that there is
 * @param name of the evaluation; null: first and last day
 */
public record ExampleRange(ExampleLabels labels, LocalDate from, LocalDate to, String name) {

    public ExampleRange {
        if (from != null && to != null && to.isBefore(from)) {
            throw PushrankException.usage("--to must be at least --from " + from + ", but is " + to);
        }
        if (name != null && !name.matches("[A-Za-z0-9][A-Za-z0-9._-]*")) {
            throw PushrankException.usage(
                    "--name must be letters, digits, points, hyphens and underscores, but is " + name);
        }
    }

    Dataset<Row> read(ExampleTable table) {
        return table.read(labels, from, to);
    }

    /** The same with every end known. */
    ExampleRange resolved(Dataset<Row> examples) {
        Row ends = examples.agg(min("as_of"), max("as_of")).head();
        LocalDate first = from != null ? from : day(ends, 0);
        LocalDate last = to != null ? to : day(ends, 1);
        return new ExampleRange(labels, first, last, name != null ? name : first + ".." + last);
    }

    /** The same under another name. */
    ExampleRange withSuffix(String suffix) {
        return new ExampleRange(labels, from, to, name + suffix);
    }

    /** What messages call the examples. */
    String described() {
        return "labels=" + labels + " from " + from + " to " + to;
    }

    /** Where the evaluation of a model on these examples stands: beside the model, which never changes. */
    String file(ModelPackage model) {
        return model.directory() + "-evaluations/" + name + "/" + Evaluation.FILE;
    }

    /** What a reader must know of the examples themselves. */
    List<String> notes(Dataset<Row> examples) {
        List<String> notes = new ArrayList<>();
        if (isSample(examples)) {
            notes.add(
                    "the examples are a sample (examples.negatives_share): weighted figures, in which each row counts by"
                            + " its weight, estimate those of all rows; all others are of the rows as they are");
        }
        return notes;
    }

    /** Whether some row stands for others too. */
    static boolean isSample(Dataset<Row> examples) {
        return !examples.filter(col("weight").notEqual(lit(1f))).isEmpty();
    }

    /** A version, or the one in use when it is null. */
    static ModelPackage model(SparkSession spark, Layout layout, ModelKind kind, String version) {
        Configuration hadoop = spark.sparkContext().hadoopConfiguration();
        return version == null
                ? ModelPackage.champion(layout.models(), kind, hadoop)
                : ModelPackage.open(layout.models(), kind, version, hadoop);
    }

    /** Adds a note when the model was made with examples of these instants. */
    void noteOverlap(Dataset<Row> examples, ModelPackage model, List<String> notes) {
        TrainedOn.of(model)
                .filter(trained -> !firstInstant(examples).isAfter(trained.last()))
                .ifPresent(trained -> notes.add("model " + model.directory() + " was made with examples from "
                        + trained.first() + " to " + trained.last() + ": figures on them flatter it"));
    }

    static Instant firstInstant(Dataset<Row> examples) {
        return examples.agg(min("as_of")).head().getTimestamp(0).toInstant();
    }

    /**
     * Makes sure that a model takes the features that the examples have.
     *
     * @throws PushrankException with exit code 2 when it does not
     */
    static void requireSame(FeatureList examples, ModelPackage model) {
        FeatureList own = FeatureList.of(model);
        if (!own.equals(examples)) {
            throw PushrankException.usage("model " + model.directory()
                    + " takes other features than the examples have: make them again with --features "
                    + model.directory() + "/features.yaml and another --output");
        }
    }

    private static LocalDate day(Row ends, int column) {
        return ends.getTimestamp(column).toInstant().atZone(ZoneOffset.UTC).toLocalDate();
    }
}
