package io.pushrank.jobs.dataset;

import java.util.Map;

/**
 * What an import read, wrote and left out.
 *
 * @param actions lines of the activity file
 * @param selfActions actions of a user on itself, which are dropped
 * @param recipients users whose list of follows is in the edge file
 * @param activeRecipients recipients with at least one action on somebody else
 * @param recipientActions those actions
 * @param droppedEdges lines of the edge file that are no whole edge: the cut last one, its recipient kept
 * @param rows rows written, by table name
 */
public record HiggsSummary(
        long actions,
        long selfActions,
        long recipients,
        long activeRecipients,
        long recipientActions,
        long droppedEdges,
        Map<String, Long> rows) {
    public HiggsSummary {
        rows = Map.copyOf(rows);
    }
}
