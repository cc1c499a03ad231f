package io.pushrank.jobs.communities;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * An undirected graph of nodes 0 to n - 1 with whole weights above 0, whose sums do not depend on their order. A node may also
 * have weight within itself, which counts in its degree: a node of a coarser graph stands for several.
 */
final class SimilarityGraph {
    /** Of each node, where its neighbors begin; the last element is where they end. */
    private final int[] offsets;

    private final int[] neighbors;
    private final long[] weights;
    private final long[] degrees;
    private final long total;

    /** An edge, once, between two nodes that are not the same. */
    record Edge(int one, int other, long weight) {}

    private SimilarityGraph(List<Edge> edges, long[] degrees) {
        int nodes = degrees.length;
        this.degrees = degrees;
        this.offsets = new int[nodes + 1];
        for (Edge edge : edges) {
            offsets[edge.one() + 1]++;
            offsets[edge.other() + 1]++;
        }
        for (int node = 0; node < nodes; node++) {
            offsets[node + 1] = Math.addExact(offsets[node + 1], offsets[node]);
        }
        this.neighbors = new int[offsets[nodes]];
        this.weights = new long[offsets[nodes]];
        int[] next = offsets.clone();
        for (Edge edge : edges) {
            put(next[edge.one()]++, edge.other(), edge.weight());
            put(next[edge.other()]++, edge.one(), edge.weight());
        }
        long sum = 0;
        for (long degree : degrees) {
            sum = Math.addExact(sum, degree);
        }
        this.total = sum;
    }

    private void put(int place, int neighbor, long weight) {
        neighbors[place] = neighbor;
        weights[place] = weight;
    }

    /** The graph of some edges, in whatever order they are. */
    static SimilarityGraph of(int nodes, List<Edge> edges) {
        List<Edge> ordered = new ArrayList<>(edges);
        ordered.sort(Comparator.comparingInt(Edge::one).thenComparingInt(Edge::other));
        long[] degrees = new long[nodes];
        for (Edge edge : ordered) {
            degrees[edge.one()] += edge.weight();
            degrees[edge.other()] += edge.weight();
        }
        return new SimilarityGraph(ordered, degrees);
    }

    /**
     * The graph whose nodes are this one's communities.
     *
     * @param communities of each node, 0 to {@code count} - 1
     */
    SimilarityGraph coarser(int[] communities, int count) {
        long[] degreesOfCommunities = new long[count];
        int[] firsts = new int[count + 1];
        for (int node = 0; node < nodes(); node++) {
            degreesOfCommunities[communities[node]] += degrees[node];
            firsts[communities[node] + 1]++;
        }
        for (int community = 0; community < count; community++) {
            firsts[community + 1] += firsts[community];
        }
        int[] members = new int[nodes()];
        int[] next = firsts.clone();
        for (int node = 0; node < nodes(); node++) {
            members[next[communities[node]]++] = node;
        }
        List<Edge> edges = new ArrayList<>();
        Links links = new Links(count);
        for (int community = 0; community < count; community++) {
            for (int place = firsts[community]; place < firsts[community + 1]; place++) {
                links.add(this, members[place], communities);
            }
            for (int at = 0; at < links.size(); at++) {
                if (links.community(at) > community) {
                    edges.add(new Edge(community, links.community(at), links.weight(links.community(at))));
                }
            }
            links.clear();
        }
        return new SimilarityGraph(edges, degreesOfCommunities);
    }

    int nodes() {
        return degrees.length;
    }

    /** Sum of the weights of a node's edges, and twice what is within it. */
    long degree(int node) {
        return degrees[node];
    }

    /** Sum of all degrees: twice the weight of all edges. */
    long total() {
        return total;
    }

    /** How much of some nodes' weight leads to each community; made once, for many nodes. */
    static final class Links {
        private final long[] weights;
        private final int[] communities;
        private int size;

        Links(int count) {
            weights = new long[count];
            communities = new int[count];
        }

        /** Adds a node's edges. */
        void add(SimilarityGraph graph, int node, int[] communityOf) {
            for (int place = graph.offsets[node]; place < graph.offsets[node + 1]; place++) {
                int community = communityOf[graph.neighbors[place]];
                if (weights[community] == 0) {
                    communities[size++] = community;
                }
                weights[community] += graph.weights[place];
            }
        }

        /** How many communities there are links to. */
        int size() {
            return size;
        }

        /** One of them, in the order in which they were met. */
        int community(int at) {
            return communities[at];
        }

        /** 0 where there is no link. */
        long weight(int community) {
            return weights[community];
        }

        void clear() {
            for (int at = 0; at < size; at++) {
                weights[communities[at]] = 0;
            }
            size = 0;
        }
    }
}
