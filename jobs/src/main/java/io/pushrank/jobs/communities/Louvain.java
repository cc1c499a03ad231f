package io.pushrank.jobs.communities;

import io.pushrank.jobs.communities.SimilarityGraph.Links;
import java.util.Arrays;

/**
 * The Louvain method (Blondel, Guillaume, Lambiotte, Lefebvre 2008) with a resolution (Reichardt, Bornholdt 2006): each node in
 * turn moves to the community of its neighbors where the modularity gains most, until none moves; then communities become
 * nodes, and so on. Without chance: nodes take turns in their order, a node stays where another community is no better, and of
 * equal ones takes the lowest number.
 */
final class Louvain {
    /** Moves of a round all gain; the bound is for gains that are only rounding. */
    private static final int MOST_ROUNDS = 100;

    private Louvain() {}

    /**
     * The community of each node, numbered from 0 in the order of their first nodes.
     *
     * @param resolution above 0; a higher one gives more and smaller communities
     */
    static int[] communities(SimilarityGraph graph, double resolution) {
        int[] found = identity(graph.nodes());
        SimilarityGraph level = graph;
        while (true) {
            int[] moved = moved(level, resolution);
            int count = count(moved);
            if (count == level.nodes()) {
                return found;
            }
            for (int node = 0; node < found.length; node++) {
                found[node] = moved[found[node]];
            }
            level = level.coarser(moved, count);
        }
    }

    /** How many communities there are. */
    static int count(int[] communities) {
        return Arrays.stream(communities).max().orElse(-1) + 1;
    }

    /**
     * Modularity (Newman, Girvan 2004): which share of the weight lies within communities, beyond what chance would have there.
     *
     * @return below 1; 0 where there is no edge
     */
    static double modularity(SimilarityGraph graph, int[] communities) {
        int count = count(communities);
        long[] within = new long[count];
        long[] degrees = new long[count];
        Links links = new Links(count);
        for (int node = 0; node < graph.nodes(); node++) {
            links.add(graph, node, communities);
            within[communities[node]] += links.weight(communities[node]);
            degrees[communities[node]] += graph.degree(node);
            links.clear();
        }
        double modularity = 0;
        for (int community = 0; community < count && graph.total() > 0; community++) {
            double share = (double) degrees[community] / graph.total();
            modularity += (double) within[community] / graph.total() - share * share;
        }
        return modularity;
    }

    private static int[] moved(SimilarityGraph graph, double resolution) {
        int[] communities = identity(graph.nodes());
        long[] degrees = new long[graph.nodes()];
        for (int node = 0; node < graph.nodes(); node++) {
            degrees[node] = graph.degree(node);
        }
        Links links = new Links(graph.nodes());
        boolean isMoving = true;
        for (int round = 0; isMoving && round < MOST_ROUNDS; round++) {
            isMoving = false;
            for (int node = 0; node < graph.nodes(); node++) {
                int own = communities[node];
                degrees[own] -= graph.degree(node);
                links.add(graph, node, communities);
                double scale = resolution * graph.degree(node) / graph.total();
                int best = own;
                double most = links.weight(own) - scale * degrees[own];
                for (int at = 0; at < links.size(); at++) {
                    int community = links.community(at);
                    double gain = links.weight(community) - scale * degrees[community];
                    if (gain > most || (gain == most && best != own && community < best)) {
                        best = community;
                        most = gain;
                    }
                }
                links.clear();
                degrees[best] += graph.degree(node);
                communities[node] = best;
                isMoving |= best != own;
            }
        }
        return numbered(communities);
    }

    /** The same communities, numbered from 0 in the order of their first nodes. */
    private static int[] numbered(int[] communities) {
        int[] numbers = new int[communities.length];
        Arrays.fill(numbers, -1);
        int[] numbered = new int[communities.length];
        int count = 0;
        for (int node = 0; node < communities.length; node++) {
            if (numbers[communities[node]] < 0) {
                numbers[communities[node]] = count++;
            }
            numbered[node] = numbers[communities[node]];
        }
        return numbered;
    }

    private static int[] identity(int nodes) {
        int[] communities = new int[nodes];
        Arrays.setAll(communities, node -> node);
        return communities;
    }
}
