package io.millrace.runtime;

import io.millrace.engine.task.TaskInput;
import io.millrace.engine.time.ChannelStatus;
import io.millrace.engine.time.Progress;
import io.millrace.engine.time.Watermarks;
import java.util.List;

/**
 * Which of a task's inputs must wait for the others, so that the task need not hold the rows of the fast ones until the slow ones are
 * there: those that are further ahead of the slowest other active input than their drift allows. The slowest active input is ahead of
 * none, so one can always be read.
 */
final class Alignment {
    private Alignment() {}

    /**
     * Where an input stands in event time.
     *
     * @param watermarkMs {@link Watermarks#NONE} if unknown, which is behind all that is known
     * @param status only an active input makes others wait; an ended one does not wait either
     * @param driftMs how far it may be ahead
     */
    record Place(long watermarkMs, ChannelStatus status, long driftMs) {
        Place {
            if (driftMs < 0) {
                throw new IllegalArgumentException("drift " + driftMs + " ms must not be negative");
            }
        }

        /** Behind an exchange the slowest active upstream task counts. */
        static Place of(TaskInput input) {
            List<Progress.Channel> channels = input.channels();
            if (channels.isEmpty()) {
                return new Place(Watermarks.NONE, ChannelStatus.ACTIVE, input.driftMs());
            }
            long leastActiveMs = Watermarks.MAX;
            long mostIdleMs = Watermarks.NONE;
            boolean active = false;
            boolean idle = false;
            for (Progress.Channel channel : channels) {
                if (channel.status() == ChannelStatus.ACTIVE) {
                    active = true;
                    leastActiveMs = Math.min(leastActiveMs, channel.watermarkMs());
                } else if (channel.status() == ChannelStatus.IDLE) {
                    idle = true;
                    mostIdleMs = Math.max(mostIdleMs, channel.watermarkMs());
                }
            }
            if (active) {
                return new Place(leastActiveMs, ChannelStatus.ACTIVE, input.driftMs());
            }
            return idle
                    ? new Place(mostIdleMs, ChannelStatus.IDLE, input.driftMs())
                    : new Place(Watermarks.MAX, ChannelStatus.END, input.driftMs());
        }

        private boolean isActive() {
            return status == ChannelStatus.ACTIVE;
        }

        private boolean isBeyondDriftOf(long slowestMs) {
            if (status == ChannelStatus.END || watermarkMs <= slowestMs || driftMs == Long.MAX_VALUE) {
                return false;
            }
            long aheadMs = watermarkMs - slowestMs;
            // Negative: the difference is more than a long holds, as it is from an unknown watermark to one of today.
            return aheadMs < 0 || aheadMs > driftMs;
        }
    }

    /** For each of a task's inputs, whether it must wait. */
    static boolean[] waiting(List<Place> inputs) {
        int slowest = -1;
        int second = -1;
        for (int i = 0; i < inputs.size(); i++) {
            if (!inputs.get(i).isActive()) {
                continue;
            }
            if (slowest < 0 || inputs.get(i).watermarkMs() < inputs.get(slowest).watermarkMs()) {
                second = slowest;
                slowest = i;
            } else if (second < 0
                    || inputs.get(i).watermarkMs() < inputs.get(second).watermarkMs()) {
                second = i;
            }
        }
        boolean[] waiting = new boolean[inputs.size()];
        for (int i = 0; i < waiting.length; i++) {
            int other = i == slowest ? second : slowest;
            waiting[i] = other >= 0
                    && inputs.get(i).isBeyondDriftOf(inputs.get(other).watermarkMs());
        }
        return waiting;
    }
}
