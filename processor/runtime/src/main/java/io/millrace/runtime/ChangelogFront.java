package io.millrace.runtime;

import io.millrace.serde.BinaryReader;
import io.millrace.serde.BinaryWriter;
import io.millrace.state.Expiry;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From where on the changelog of an expiring store is still needed; what is before can be deleted.
 *
 * <p>Entries that go by time leave no tombstones ({@link Expiry}), so compaction alone would keep them for ever. Deleting by age would be
 * wrong: how long ago a change was written says nothing about its window. After an outage of weeks, or in a backfill of old data
 * that takes weeks, windows are open whose rows are as old as that by the wall clock, and a broker with a retention of days would have
 * deleted them. What tells that a change is not needed is that event time has passed it, which the store itself says by its marks.
 * So the topic is kept for ever by the broker's rules, and cut by us, below the first change that a store rebuilt from it would miss.
 *
 * <p>That is the smallest of two things. For each entry without a time (how far windows have fired, marks) its last change. For entries with
 * a time, the first change that was written at or behind the times that are still alive: kept as a staircase, a step for each change
 * that had a later time than all before it. Offsets grow, so whatever was written for an earlier time after a step is behind that step in
 * the log and expires before it; it needs no step of its own. Steps go as their time expires.
 *
 * <p>Both are bounded. Of too many steps every other one is joined with the one behind it: the cut then comes a little later. A store
 * with too many entries without a time is not cut at all, which is a programming error made harmless, not wrong.
 *
 * <p>Only committed changes get in, with an offset that is not greater than theirs; an offset that is too small keeps too much, never too
 * little. It is stored with the local state, and built anew from the records where that is rebuilt.
 */
final class ChangelogFront {
    private static final Logger log = LoggerFactory.getLogger(ChangelogFront.class);

    static final int MAX_STEPS = 64;
    static final int MAX_TIMELESS = 256;

    /** Nothing is known to be needed. */
    static final long NONE = -1;

    /** By kind: time to the offset of the first change of that time or a later one. Both ascend. */
    private final Map<Byte, NavigableMap<Long, Long>> steps = new TreeMap<>();

    private final Map<ByteBuffer, Long> timeless = new HashMap<>();
    private boolean tooMany;
    private boolean warned;

    /**
     * An entry was written.
     *
     * @param value null if it was deleted
     * @param offset of the change, or less
     */
    void changed(byte[] key, byte @Nullable [] value, long offset) {
        Long timeMs = Expiry.timeOf(key);
        if (timeMs == null) {
            changedTimeless(key, value, offset);
        } else if (value != null) {
            NavigableMap<Long, Long> staircase = steps.computeIfAbsent(key[0], kind -> new TreeMap<>());
            if (staircase.isEmpty() || staircase.lastKey() < timeMs) {
                staircase.put(timeMs, offset);
                if (staircase.size() > MAX_STEPS) {
                    join(staircase);
                }
            }
        }
    }

    private void changedTimeless(byte[] key, byte @Nullable [] value, long offset) {
        ByteBuffer name = ByteBuffer.wrap(key.clone());
        if (value == null) {
            timeless.remove(name);
        } else {
            timeless.put(name, offset);
            if (timeless.size() > MAX_TIMELESS) {
                tooMany = true;
                timeless.clear();
            }
        }
        if (value != null && Expiry.isMark(key)) {
            NavigableMap<Long, Long> staircase = steps.get(Expiry.kind(key));
            if (staircase != null) {
                staircase.headMap(Expiry.timeMs(value), false).clear();
            }
        }
    }

    /** Leaves every other step, with the offset of the one before it. */
    private static void join(NavigableMap<Long, Long> staircase) {
        List<Map.Entry<Long, Long>> all = new ArrayList<>(staircase.entrySet());
        staircase.clear();
        for (int i = 1; i < all.size(); i += 2) {
            staircase.put(all.get(i).getKey(), all.get(i - 1).getValue());
        }
        if (all.size() % 2 == 1) {
            Map.Entry<Long, Long> last = all.get(all.size() - 1);
            staircase.put(last.getKey(), last.getValue());
        }
    }

    /** The first offset that is still needed, or {@link #NONE} if nothing can be said. */
    long offset() {
        if (tooMany) {
            return NONE;
        }
        long least = Long.MAX_VALUE;
        for (NavigableMap<Long, Long> staircase : steps.values()) {
            if (!staircase.isEmpty()) {
                least = Math.min(least, staircase.firstEntry().getValue());
            }
        }
        for (long offset : timeless.values()) {
            least = Math.min(least, offset);
        }
        return least == Long.MAX_VALUE ? NONE : least;
    }

    /** Says once that the changelog is not cut, if that is so. */
    void warnIfNotCut(TopicPartition changelog) {
        if (tooMany && !warned) {
            warned = true;
            log.warn(
                    "{} has more than {} entries without a time: what has expired is not deleted from it, and it grows. This is a"
                            + " defect of the operator that writes it; results are right",
                    changelog,
                    MAX_TIMELESS);
        }
    }

    void encode(BinaryWriter writer) {
        writer.writeBoolean(tooMany);
        writer.writeVarInt(steps.size());
        steps.forEach((kind, staircase) -> {
            writer.writeByte(kind);
            writer.writeVarInt(staircase.size());
            staircase.forEach((timeMs, offset) -> {
                writer.writeFixedLong(timeMs);
                writer.writeVarLong(offset);
            });
        });
        writer.writeVarInt(timeless.size());
        timeless.forEach((key, offset) -> {
            byte[] bytes = new byte[key.remaining()];
            key.duplicate().get(bytes);
            writer.writeVarInt(bytes.length);
            writer.writeRaw(bytes, 0, bytes.length);
            writer.writeVarLong(offset);
        });
    }

    /** @throws io.millrace.serde.DecodeException if the bytes are damaged */
    static ChangelogFront decode(BinaryReader reader) {
        ChangelogFront front = new ChangelogFront();
        front.tooMany = reader.readBoolean();
        int kinds = reader.readVarInt();
        for (int i = 0; i < kinds; i++) {
            NavigableMap<Long, Long> staircase = new TreeMap<>();
            front.steps.put(reader.readByte(), staircase);
            int size = reader.readVarInt();
            for (int step = 0; step < size; step++) {
                staircase.put(reader.readFixedLong(), reader.readVarLong());
            }
        }
        int size = reader.readVarInt();
        for (int i = 0; i < size; i++) {
            byte[] key = reader.readRaw(reader.readVarInt());
            front.timeless.put(ByteBuffer.wrap(key), reader.readVarLong());
        }
        return front;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ChangelogFront that
                && tooMany == that.tooMany
                && steps.equals(that.steps)
                && timeless.equals(that.timeless);
    }

    @Override
    public int hashCode() {
        return Objects.hash(tooMany, steps, timeless);
    }
}
