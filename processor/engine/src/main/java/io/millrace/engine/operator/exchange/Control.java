package io.millrace.engine.operator.exchange;

import io.millrace.engine.time.ChannelStatus;

/**
 * How far an upstream task has come: nothing that it sends after this record belongs to a time up to the watermark.
 *
 * @param partition the upstream task's partition
 * @param upstreams how many upstream tasks there are
 */
public record Control(int partition, int upstreams, long watermarkMs, ChannelStatus status) {
    public Control {
        if (partition < 0 || partition >= upstreams) {
            throw new IllegalArgumentException("upstream " + partition + " of " + upstreams);
        }
    }
}
