package io.pushrank.jobs.communities;

import io.pushrank.jobs.communities.SimilarityGraph.Edge;
import io.pushrank.jobs.communities.SimilarityGraph.Links;
import io.pushrank.jobs.config.Json;
import io.pushrank.jobs.config.RankingConfig.CommunitiesConfig;
import io.pushrank.jobs.exit.PushrankException;
import io.pushrank.jobs.fact.ModelTables;
import io.pushrank.jobs.fact.Relations;
import io.pushrank.jobs.table.Storage;
import io.pushrank.jobs.table.Table;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/**
 * The model behind the source communities: authors whom the same users follow form communities (the idea of SimClusters,
 * Satuluri and others 2020). The graph of who is similar to whom is made by Spark and clustered on the driver ({@link Louvain}),
 * so that settings bound its nodes and edges.
 *
 * <p>A model is a folder {@code communities/<version>} with the communities of each author and {@code communities.json}, see
 * {@link ModelTables}. A community is called by the id of its most followed author, so that the name mostly stays when the model is
 * trained anew.
 */
public final class Communities {
    /** File beside the table. */
    static final String FILE = "communities.json";

    private static final String QUERIES = "communities";

    private Communities() {}

    /**
     * What a version was made with and what came of it.
     *
     * @param authors that had followers enough
     * @param clusteredAuthors those of them to whom another was similar: they are in communities
     * @param similarities pairs of authors
     * @param largest authors of the largest community
     * @param modularity of the similarities, below 1
     */
    public record Summary(
            String asOf,
            CommunitiesConfig settings,
            int authors,
            int clusteredAuthors,
            int similarities,
            int communities,
            int largest,
            double modularity) {}

    /** Similarities of two authors, in billionths, each pair once. */
    record Similarity(long author, long other, long similarity) {}

    /** A row of the table. */
    record Membership(long author, long community, float weight) {}

    /**
     * Trains on the follows known at the tables' as-of instant, writes the model and puts it in use.
     *
     * @throws PushrankException with exit code 2 when the version exists, 3 when no two authors are similar
     */
    public static Summary train(Relations relations, String version) {
        ModelTables models = new ModelTables(
                new Storage(relations.spark().sparkContext().hadoopConfiguration()), relations.layout());
        models.requireNew(Table.COMMUNITIES, version);
        CommunitiesConfig settings = relations.config().communities();
        Map<Long, Long> followers = authors(relations);
        List<Similarity> similarities = similarities(relations);
        if (similarities.isEmpty()) {
            throw PushrankException.input(("table follows must have authors of at least %d followers"
                            + " (communities.min_followers) of whom two have %d in common"
                            + " (communities.min_common_followers) before %s, but of %d such authors no two have")
                    .formatted(
                            settings.minFollowers(),
                            settings.minCommonFollowers(),
                            relations.asOf(),
                            followers.size()));
        }
        long[] ids = similarities.stream()
                .flatMapToLong(pair -> LongStream.of(pair.author(), pair.other()))
                .distinct()
                .sorted()
                .toArray();
        SimilarityGraph graph = SimilarityGraph.of(
                ids.length,
                similarities.stream()
                        .map(pair -> new Edge(
                                Arrays.binarySearch(ids, pair.author()),
                                Arrays.binarySearch(ids, pair.other()),
                                pair.similarity()))
                        .toList());
        int[] communities = Louvain.communities(graph, settings.resolution());
        Summary summary = new Summary(
                relations.asOf().toString(),
                settings,
                followers.size(),
                ids.length,
                similarities.size(),
                Louvain.count(communities),
                largest(communities),
                Louvain.modularity(graph, communities));
        List<Row> rows =
                memberships(graph, communities, ids, names(communities, ids, followers), settings.maxCommunities())
                        .stream()
                        .map(member -> RowFactory.create(member.author(), member.community(), member.weight()))
                        .toList();
        models.write(
                Table.COMMUNITIES,
                version,
                relations
                        .spark()
                        .createDataFrame(rows, Table.COMMUNITIES.schema())
                        .coalesce(1),
                Map.of(FILE, Json.text(summary)));
        return summary;
    }

    /** The authors that are clustered, with their followers; queries find them as {@code clustered_authors}. */
    static Map<Long, Long> authors(Relations relations) {
        CommunitiesConfig settings = relations.config().communities();
        Dataset<Row> authors = relations.keep(relations.query(
                QUERIES,
                "authors",
                Map.of("min_followers", settings.minFollowers(), "max_authors", settings.maxAuthors())));
        relations.with("clustered_authors", authors);
        Map<Long, Long> followers = new TreeMap<>();
        authors.collectAsList().forEach(row -> followers.put(row.getLong(0), row.getLong(1)));
        return followers;
    }

    /** Which of these authors are similar. */
    static List<Similarity> similarities(Relations relations) {
        CommunitiesConfig settings = relations.config().communities();
        relations.with(
                "counted_follows",
                relations.keep(
                        relations.query(QUERIES, "counted_follows", Map.of("max_followees", settings.maxFollowees()))));
        List<Similarity> similarities = new ArrayList<>();
        // A partition at a time, since a row takes several times as much memory as what is kept of it.
        Iterator<Row> rows = relations
                .query(
                        QUERIES,
                        "similar_authors",
                        Map.of(
                                "max_similar",
                                settings.maxSimilar(),
                                "min_common_followers",
                                settings.minCommonFollowers()))
                .toLocalIterator();
        rows.forEachRemaining(row -> similarities.add(new Similarity(row.getLong(0), row.getLong(1), row.getLong(2))));
        return similarities;
    }

    /** The name of each community: its most followed author, of equals the lowest id. */
    static long[] names(int[] communities, long[] ids, Map<Long, Long> followers) {
        long[] names = new long[Louvain.count(communities)];
        long[] most = new long[names.length];
        Arrays.fill(most, -1);
        for (int node = 0; node < ids.length; node++) {
            long mine = followers.get(ids[node]);
            if (mine > most[communities[node]]) {
                most[communities[node]] = mine;
                names[communities[node]] = ids[node];
            }
        }
        return names;
    }

    /** For each author the communities in which most of its similarity lies, of equals the lowest name, and its share. */
    static List<Membership> memberships(
            SimilarityGraph graph, int[] communities, long[] ids, long[] names, int maxCommunities) {
        List<Membership> memberships = new ArrayList<>();
        Links links = new Links(names.length);
        for (int node = 0; node < ids.length; node++) {
            int author = node;
            links.add(graph, node, communities);
            IntStream.range(0, links.size())
                    .map(links::community)
                    .boxed()
                    .sorted(Comparator.<Integer>comparingLong(community -> -links.weight(community))
                            .thenComparingLong(community -> names[community]))
                    .limit(maxCommunities)
                    .map(community -> new Membership(ids[author], names[community], (float)
                            ((double) links.weight(community) / graph.degree(author))))
                    .forEach(memberships::add);
            links.clear();
        }
        return memberships;
    }

    private static int largest(int[] communities) {
        int[] sizes = new int[Louvain.count(communities)];
        for (int community : communities) {
            sizes[community]++;
        }
        return Arrays.stream(sizes).max().orElse(0);
    }
}
