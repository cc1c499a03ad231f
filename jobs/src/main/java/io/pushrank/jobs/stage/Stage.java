package io.pushrank.jobs.stage;

import io.pushrank.jobs.config.RankingConfig;
import io.pushrank.jobs.fact.Query;
import io.pushrank.jobs.fact.Reference;
import io.pushrank.jobs.table.Table;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * One step of the daily flow: a function from tables to judged rows. It writes nothing; the runner does.
 *
 * <p>A judged row has the columns of the stage's table and {@code reasons}, the codes of all that speaks against it. A row
 * without a reason is kept; every other goes to {@code removed}. No row is lost on the way.
 */
public sealed interface Stage permits Targets, Candidates, LightRank, HeavyRank, QualityControl {

    /** The stages in flow order. */
    static List<Stage> all() {
        return List.of(new Targets(), new Candidates(), new LightRank(), new HeavyRank(), new QualityControl());
    }

    /** Name on the command line, in {@code removed} and in the funnel. */
    String verb();

    /** What it does, in one line of the help. */
    String summary();

    /** Tables that it reads itself, beside those that its facts and queries are made of. */
    Set<Table> reads();

    /**
     * The facts that its expressions name.
     *
     * @throws io.pushrank.udf.model.ModelException when they are a model's, and it is missing or not whole
     */
    Set<Reference> references(Vocabulary vocabulary, Models models);

    /** The queries that it runs. */
    default List<Query> queries(Vocabulary vocabulary) {
        return List.of();
    }

    /** Rankers that it asks for. */
    default List<RankerVersion> models(RankingConfig config) {
        return List.of();
    }

    /**
     * Checks that the models that settings name are there.
     *
     * @throws io.pushrank.jobs.exit.PushrankException with exit code 2 when one is not
     */
    default void requireModels(Vocabulary vocabulary, Models models) {}

    Table writes();

    /** The table whose every row must come out of this stage kept or removed. */
    Optional<Table> accountsFor();

    /** Whether removed rows stand in the stage's own table too. */
    default boolean writesRemoved() {
        return false;
    }

    /** Whether a day begins with it: the inputs are validated before. */
    default boolean beginsDay() {
        return false;
    }

    /** Whether its rows are the day's sends, of which gates judge how many each eligible target gets, and of which types. */
    default boolean givesSends() {
        return false;
    }

    Dataset<Row> judge(StageContext context);
}
