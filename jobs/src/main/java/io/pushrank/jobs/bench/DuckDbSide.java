package io.pushrank.jobs.bench;

import io.pushrank.jobs.config.RankingConfig.CommunitiesConfig;
import io.pushrank.jobs.config.Resources;
import io.pushrank.jobs.fact.ModelTables;
import io.pushrank.jobs.rule.Rule;
import io.pushrank.jobs.source.Source;
import io.pushrank.jobs.source.Source.Network;
import io.pushrank.jobs.stage.Vocabulary;
import io.pushrank.jobs.table.Layout;
import io.pushrank.jobs.table.Partitions;
import io.pushrank.jobs.table.Storage;
import io.pushrank.jobs.table.Table;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** The same parts as those of {@link SparkSide}, of the same files, by the queries in {@code bench/duckdb}. */
final class DuckDbSide {
    private static final String QUERIES = "bench/duckdb/";

    private final Layout layout;
    private final Vocabulary vocabulary;
    private final LocalDate date;
    private final InputFolders inputs;
    private final List<String> recommendedAuthors;
    private final List<String> earlierSends;
    private final List<String> communities;
    private final int threads;
    private final long bytes;
    private final String folder;

    /**
     * @param threads that it may use
     * @param bytes of memory that it may use
     * @param folder for what is written
     */
    DuckDbSide(
            Storage storage,
            Layout layout,
            Vocabulary vocabulary,
            LocalDate date,
            InputFolders inputs,
            int threads,
            long bytes,
            String folder) {
        this.layout = layout;
        this.vocabulary = vocabulary;
        this.date = date;
        this.inputs = inputs;
        this.earlierSends = Partitions.days(storage, layout.outputTable(Table.SENDS)).stream()
                .filter(day -> day.isBefore(date))
                .map(day -> layout.partition(Table.SENDS, day))
                .toList();
        this.recommendedAuthors = inUse(storage, Table.RECOMMENDED_AUTHORS);
        this.communities = inUse(storage, Table.COMMUNITIES);
        this.threads = threads;
        this.bytes = bytes;
        this.folder = folder;
    }

    /** Folder of a model's table; empty where no version is in use. */
    private List<String> inUse(Storage storage, Table table) {
        return new ModelTables(storage, layout)
                .version(table).stream()
                        .map(folder -> folder + "/" + table.tableName())
                        .toList();
    }

    /** Whether there is a query for a source. */
    static boolean has(Source source) {
        return Resources.exists(file(source));
    }

    /** As {@link SparkSide#source}. */
    long source(Source source) {
        try (DuckDb duckDb = open()) {
            return duckDb.rows(proposals(source, 0));
        }
    }

    /** As {@link SparkSide#candidates}. */
    long candidates(List<Source> sources) {
        try (DuckDb duckDb = open()) {
            duckDb.set("min_actors", rule("reply").get("min_actors"));
            duckDb.set("sent_since", asOf().minus(Duration.ofDays((Integer)
                    rule("sent_before").get("duplicate_days"))));
            duckDb.set("too_old_since", since(rule("too_old"), "max_age_hours"));
            duckDb.set("video_too_old_since", since(rule("too_old"), "video_max_age_hours"));
            duckDb.set("in_network_types", List.of(vocabulary.sources().names(Network.IN)));
            duckDb.set("out_of_network_types", List.of(vocabulary.sources().names(Network.OUT)));
            duckDb.run("CREATE VIEW proposals AS "
                    + sources.stream()
                            .map(source -> "(" + proposals(source, sources.indexOf(source)) + ")")
                            .collect(Collectors.joining(" UNION ALL ")));
            duckDb.runAll(Resources.text(QUERIES + "candidates.sql").replace("TO '", "TO '" + folder + "/"));
            return duckDb.number("SELECT count(*) FROM judged WHERE len(reasons) = 0");
        }
    }

    /** As {@link SparkSide#someFacts}. */
    long someFacts() {
        try (DuckDb duckDb = open()) {
            return duckDb.rows(Resources.text(QUERIES + "facts.sql"));
        }
    }

    /** As {@link SparkSide#rewrite}. */
    long rewrite(InputFolders folders) {
        try (DuckDb duckDb = DuckDb.open(threads, bytes, folder)) {
            long rows = 0;
            for (Map.Entry<Table, List<String>> table : folders.byTable().entrySet()) {
                String name = table.getKey().tableName();
                duckDb.files(name, table.getKey().schema(), table.getValue());
                rows += duckDb.write(
                        "COPY " + name + " TO '" + folder + "/rewritten.parquet' (FORMAT parquet, COMPRESSION zstd)");
            }
            return rows;
        }
    }

    /** The best of a source's rows for each user, its parameters as constants. */
    private String proposals(Source source, int priority) {
        String sql = Resources.text(file(source));
        for (Map.Entry<String, Object> parameter : source.parameters().entrySet()) {
            sql = sql.replace("getvariable('" + parameter.getKey() + "')", DuckDb.literal(parameter.getValue()));
        }
        sql = sql.replace("getvariable('since')", DuckDb.literal(since(source.parameters(), "max_age_hours")))
                .replace("getvariable('limit')", Integer.toString(source.limit()));
        return """
               SELECT user_id, '%s' AS item_type, item_id, %d AS priority, '%s' AS source, score, actors,
                      row_number() OVER (PARTITION BY user_id ORDER BY score DESC, item_id) AS rank
               FROM (%s)
               QUALIFY rank <= %d"""
                .formatted(source.itemType(), priority, source.name(), sql, source.limit());
    }

    /** Of files that are not there, columns are made of simple types alone. */
    private static StructType withoutLists(StructType schema) {
        return new StructType(Arrays.stream(schema.fields())
                .filter(field -> !(field.dataType() instanceof ArrayType))
                .toArray(StructField[]::new));
    }

    private static String file(Source source) {
        return QUERIES + "sources/" + source.name() + ".sql";
    }

    private DuckDb open() {
        DuckDb duckDb = DuckDb.open(threads, bytes, folder);
        duckDb.set("as_of", asOf());
        Table.inputs()
                .forEach(table -> duckDb.files(
                        table.tableName() + "_files",
                        table.schema(),
                        inputs.byTable().getOrDefault(table, List.of())));
        for (Table table : List.of(Table.TARGETS, Table.LIGHT_RANKED)) {
            duckDb.files(table.tableName() + "_files", table.schema(), List.of(layout.partition(table, date)));
        }
        duckDb.files("sends_files", withoutLists(Table.SENDS.schema()), earlierSends);
        duckDb.files("recommended_authors_files", Table.RECOMMENDED_AUTHORS.schema(), recommendedAuthors);
        duckDb.files("communities_files", Table.COMMUNITIES.schema(), communities);
        CommunitiesConfig settings = vocabulary.config().communities();
        duckDb.set("min_followees", settings.minFollowees());
        duckDb.set("half_life_hours", settings.halfLifeHours());
        duckDb.runAll(Resources.text(QUERIES + "views.sql"));
        return duckDb;
    }

    private Instant asOf() {
        return vocabulary.config().asOf(date);
    }

    private Instant since(Map<String, Object> parameters, String hours) {
        return asOf().minus(Duration.ofHours((Integer) parameters.get(hours)));
    }

    private Map<String, Object> rule(String name) {
        return vocabulary.rules().all().stream()
                .filter(rule -> rule.name().equals(name))
                .findFirst()
                .map(Rule::arguments)
                .orElseThrow();
    }
}
