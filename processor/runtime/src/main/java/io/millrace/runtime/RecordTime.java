package io.millrace.runtime;

import org.apache.kafka.common.config.TopicConfig;
import org.jspecify.annotations.Nullable;

/**
 * Which timestamps the records of a topic may have. A result is stamped with its event time, so that readers can look for it by time; but a
 * broker deletes by that same timestamp, and refuses what is too old by {@code message.timestamp.before.max.ms}. Results of a backfill
 * of old data would be gone as soon as retention runs. So a result whose event time is older than half of what its topic keeps, or accepts, is stamped
 * with the wall clock: whatever is written can be read for at least that long.
 *
 * @param oldestAgeMs how old an event time may be to be the timestamp
 */
public record RecordTime(long oldestAgeMs) {
    /** For topics that keep everything, or whose settings we may not see. */
    public static final RecordTime ANY = new RecordTime(Long.MAX_VALUE);

    private static final long UNLIMITED = -1;

    /**
     * @param retentionMs -1 for ever
     * @param oldestMs what the broker accepts at most, as an age
     * @param timestampType {@code CreateTime}, or {@code LogAppendTime} where the broker stamps records itself
     */
    static RecordTime of(String cleanupPolicy, long retentionMs, long oldestMs, @Nullable String timestampType) {
        if ("LogAppendTime".equals(timestampType)) {
            return ANY;
        }
        boolean deletes = cleanupPolicy.contains(TopicConfig.CLEANUP_POLICY_DELETE) && retentionMs != UNLIMITED;
        long keptMs = deletes ? retentionMs / 2 : Long.MAX_VALUE;
        if (oldestMs == Long.MAX_VALUE) {
            return new RecordTime(keptMs);
        }
        // The broker looks at its own clock, and later: an age just within its limit would be refused on arrival,
        // and the transaction with it.
        return new RecordTime(Math.min(keptMs, oldestMs / 2));
    }

    /** The timestamp of a record with this event time: that, or {@code nowMs} if it would be too old or is in the future. */
    long stamp(long eventTimeMs, long nowMs) {
        boolean isFit = eventTimeMs >= 0 && eventTimeMs <= nowMs && nowMs - eventTimeMs <= oldestAgeMs;
        return isFit ? eventTimeMs : nowMs;
    }
}
