package io.pushrank.jobs.communities;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pushrank.jobs.communities.SimilarityGraph.Edge;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LouvainTest {
    private static List<Edge> random(Random random, int nodes, double density) {
        List<Edge> edges = new ArrayList<>();
        for (int one = 0; one < nodes; one++) {
            for (int other = one + 1; other < nodes; other++) {
                if (random.nextDouble() < density) {
                    edges.add(new Edge(one, other, 1L + random.nextInt(9)));
                }
            }
        }
        return edges;
    }

    /** By its definition: over all pairs of nodes of a community. */
    private static double naiveModularity(int nodes, List<Edge> edges, int[] communities) {
        long[][] weights = new long[nodes][nodes];
        long[] degrees = new long[nodes];
        long total = 0;
        for (Edge edge : edges) {
            weights[edge.one()][edge.other()] += edge.weight();
            weights[edge.other()][edge.one()] += edge.weight();
            degrees[edge.one()] += edge.weight();
            degrees[edge.other()] += edge.weight();
            total += 2 * edge.weight();
        }
        double sum = 0;
        for (int one = 0; one < nodes; one++) {
            for (int other = 0; other < nodes; other++) {
                if (communities[one] == communities[other]) {
                    sum += weights[one][other] - (double) degrees[one] * degrees[other] / total;
                }
            }
        }
        return sum / total;
    }

    /** The best of all partitions. */
    private static double best(int nodes, List<Edge> edges, int[] communities, int node, int count) {
        if (node == nodes) {
            return naiveModularity(nodes, edges, communities);
        }
        double best = -1;
        for (int community = 0; community <= count; community++) {
            communities[node] = community;
            best = Math.max(best, best(nodes, edges, communities, node + 1, Math.max(count, community + 1)));
        }
        return best;
    }

    @Test
    void onSmallGraphsItIsNearTheBestOfAllPartitions() {
        Random random = new Random(5);
        double found = 0;
        double possible = 0;
        for (int number = 0; number < 20; number++) {
            List<Edge> edges = random(random, 8, 0.4);
            SimilarityGraph graph = SimilarityGraph.of(8, edges);
            int[] communities = Louvain.communities(graph, 1);
            double modularity = Louvain.modularity(graph, communities);
            assertEquals(naiveModularity(8, edges, communities), modularity, 1e-12);
            found += modularity;
            possible += best(8, edges, new int[8], 0, 0);
        }
        assertTrue(found > 0.95 * possible, found + " of " + possible);
    }

    @Test
    void plantedCommunitiesAreFoundAgainInWhateverOrderTheEdgesAre() {
        Random random = new Random(11);
        int nodes = 120;
        int[] planted = new int[nodes];
        List<Edge> edges = new ArrayList<>();
        for (int one = 0; one < nodes; one++) {
            planted[one] = one % 6;
            for (int other = one + 1; other < nodes; other++) {
                double density = one % 6 == other % 6 ? 0.5 : 0.03;
                if (random.nextDouble() < density) {
                    edges.add(new Edge(one, other, 1L + random.nextInt(9)));
                }
            }
        }
        int[] communities = Louvain.communities(SimilarityGraph.of(nodes, edges), 1);
        assertArrayEquals(planted, communities);

        Collections.shuffle(edges, random);
        assertArrayEquals(communities, Louvain.communities(SimilarityGraph.of(nodes, edges), 1));
    }

    /** A chain of cliques: below the resolution of modularity, cliques beside each other are one community. */
    @Test
    void aHigherResolutionGivesSmallerCommunities() {
        List<Edge> edges = new ArrayList<>();
        for (int clique = 0; clique < 30; clique++) {
            int first = 3 * clique;
            edges.add(new Edge(first, first + 1, 1));
            edges.add(new Edge(first, first + 2, 1));
            edges.add(new Edge(first + 1, first + 2, 1));
            if (clique > 0) {
                edges.add(new Edge(first - 1, first, 1));
            }
        }
        SimilarityGraph graph = SimilarityGraph.of(90, edges);

        assertTrue(Louvain.count(Louvain.communities(graph, 1)) < 30);
        assertEquals(30, Louvain.count(Louvain.communities(graph, 10)));
    }

    @Test
    void ofEqualCommunitiesANodeTakesTheLowest() {
        List<Edge> ring = List.of(new Edge(0, 1, 5), new Edge(1, 2, 5), new Edge(2, 3, 5), new Edge(0, 3, 5));
        assertArrayEquals(new int[] {0, 0, 1, 1}, Louvain.communities(SimilarityGraph.of(4, ring), 1));
        assertArrayEquals(new int[] {0, 1}, Louvain.communities(SimilarityGraph.of(2, List.of()), 1));
    }
}
